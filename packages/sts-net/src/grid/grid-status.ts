import { existsSync } from 'node:fs';
import { readdir } from 'node:fs/promises';
import { join } from 'node:path';
import { isLocked } from '../locks/folder-lock.ts';
import { readRecord } from '../records/read-record.ts';
import { type Grid, type GridRun, gridRunFiles } from './grid-folder.ts';
import { failureSchema } from './grid-records.ts';
import { readResult } from './run-result.ts';

export type RunState = 'done' | 'running' | 'failed' | 'stopped' | 'waiting';

/** Where a run of a grid stands. */
export interface RunStatus {
  readonly run: GridRun;
  readonly state: RunState;
  /** Why it failed. */
  readonly message?: string;
  /** Of all attempts of one that is done. */
  readonly seconds?: number;
}

export interface GridStatus {
  readonly runs: readonly RunStatus[];
  readonly counts: Readonly<Record<RunState, number>>;
  /**
   * Seconds of one process until all are done, by what those that are done took and by the multiply-adds of
   * the others; null as long as none is.
   */
  readonly secondsLeft: number | null;
}

/** Looks where the runs of a grid stand; one that failed waits to be started again. */
export async function gridStatus(grid: Grid): Promise<GridStatus> {
  // One look into the folder tells which runs were never begun.
  const begun = new Set(await readdir(join(grid.folder, 'runs')).catch(() => []));
  const runs: RunStatus[] = [];
  for (const run of grid.runs) {
    runs.push(begun.has(run.id) ? await statusOf(grid.folder, run) : { run, state: 'waiting' });
  }
  const counts = { done: 0, running: 0, failed: 0, stopped: 0, waiting: 0 };
  for (const { state } of runs) counts[state]++;
  return { runs, counts, secondsLeft: secondsLeft(runs) };
}

async function statusOf(folder: string, run: GridRun): Promise<RunStatus> {
  const files = gridRunFiles(folder, run.id);
  if (existsSync(files.result))
    return { run, state: 'done', seconds: await secondsOf(files.result) };
  if (await isLocked(files.folder)) return { run, state: 'running' };
  if (!existsSync(files.failure))
    return { run, state: existsSync(files.attempts) ? 'stopped' : 'waiting' };
  const failure = await readRecord(files.failure, 'why a run failed', failureSchema);
  return { run, state: 'failed', ...(failure && { message: failure.message }) };
}

async function secondsOf(path: string): Promise<number> {
  return (await readResult(path)).seconds;
}

function secondsLeft(runs: readonly RunStatus[]): number | null {
  const done = runs.filter(({ state }) => state === 'done');
  if (done.length === 0) return null;
  const work = (all: readonly RunStatus[]) =>
    all.reduce((sum, { run }) => sum + Math.max(1, run.multiplyAdds), 0);
  const seconds = done.reduce((sum, one) => sum + (one.seconds ?? 0), 0);
  return Math.round((seconds / work(done)) * work(runs.filter(({ state }) => state !== 'done')));
}
