import { existsSync } from 'node:fs';
import { appendFile, mkdir, rm } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { writeFileAtomic } from '@sts-net/datasets/files';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { LockedError, lockFolder } from '../locks/folder-lock.ts';
import { readRecords } from '../records/read-record.ts';
import { type Grid, type GridRun, gridRunFiles } from './grid-folder.ts';
import { attemptSchema } from './grid-records.ts';
import { configOf } from './plan-grid.ts';
import type { RunResult } from './run-result.ts';

/** What a run does: trains and scores. Throws the signal's reason when it is stopped, having saved. */
export type GridWork = (config: ExperimentConfig, context: GridWorkContext) => Promise<RunResult>;

interface GridWorkContext {
  /** The run's own folder; what is there is left of an attempt before. */
  readonly folder: string;
  /** Where the config's paths start, absolute. */
  readonly baseFolder: string;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((text: string) => void) | undefined;
}

export interface RunGridOptions extends Pick<GridWorkContext, 'signal' | 'onProgress'> {
  /** Told when a lock was taken over, as from a process that was killed. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Does one run of a planned grid, or goes on with it where it was stopped. It is over when `result.json` is
 * in its folder; a run that is over is left as it is.
 *
 * @param index of the run, from 0
 * @returns whether there was anything to do
 * @throws RangeError if there is no such run; LockedError if another process is at it; what `work` throws,
 * which is noted in the run's folder; the signal's reason
 */
export async function runGrid(
  grid: Grid,
  index: number,
  work: GridWork,
  { signal, onProgress, onWarning }: RunGridOptions = {},
): Promise<boolean> {
  const run = grid.runs[index];
  if (run === undefined) {
    throw new RangeError(
      `index must be of the ${grid.runs.length} runs of '${grid.folder}', 0 to ${grid.runs.length - 1}, got ${index}`,
    );
  }
  const files = gridRunFiles(grid.folder, run.id);
  if (existsSync(files.result)) return false;
  const lock = await lockFolder(files.folder, onWarning);
  const start = performance.now();
  const tell = async (line: object): Promise<void> => {
    const seconds = Number(((performance.now() - start) / 1000).toFixed(3));
    await appendFile(files.attempts, `${JSON.stringify({ seconds, ...line })}\n`);
  };
  try {
    // Another process may have ended it since.
    if (existsSync(files.result)) return false;
    await rm(files.failure, { force: true });
    const baseFolder = resolve(grid.folder, grid.baseFolder);
    await mkdir(files.training, { recursive: true });
    const config = {
      ...configOf(grid, run),
      output: relative(baseFolder, files.training),
    };
    const result = await work(config, { folder: files.folder, baseFolder, signal, onProgress });
    await lock.check();
    await tell({ done: true });
    const seconds = await secondsOf(files.attempts);
    await writeFileAtomic(files.result, `${JSON.stringify(stored(run, seconds, result))}\n`);
    return true;
  } catch (error) {
    // Who took the folder over writes there.
    if (error instanceof LockedError) throw error;
    await tell({ done: false });
    if (!signal?.aborted) {
      const message = error instanceof Error ? error.message : String(error);
      await writeFileAtomic(files.failure, `${JSON.stringify({ message })}\n`);
    }
    throw error;
  } finally {
    await lock.release();
  }
}

/** The runs of a job that takes several: `perJob` from `index · perJob` on. */
export function runsOfJob({ runs }: Grid, index: number, perJob: number): readonly GridRun[] {
  return runs.slice(index * perJob, (index + 1) * perJob);
}

function stored({ id, row, seed, fold }: GridRun, seconds: number, result: RunResult): object {
  return { id, row, seed, fold, seconds, ...result };
}

/** Of all attempts together, those that a kill cut short as far as they told. */
async function secondsOf(path: string): Promise<number> {
  const attempts = (await readRecords(path, 'an attempt of the run', attemptSchema)) ?? [];
  return Number(attempts.reduce((sum, { seconds }) => sum + seconds, 0).toFixed(3));
}
