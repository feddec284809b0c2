import { access, readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { writeFileAtomic } from '@sts-net/datasets/files';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { firstDifference } from '../config/validate-config.ts';
import { type Checkpoint, readCheckpoint } from './checkpoint.ts';

/** The files of a run. */
export interface RunFolder {
  readonly folder: string;
  readonly config: string;
  readonly log: string;
  /** Weights with the best validation score. */
  readonly best: string;
  /** Where to resume from. */
  readonly last: string;
}

export function runFolder(folder: string): RunFolder {
  return {
    folder,
    config: join(folder, 'config.json'),
    log: join(folder, 'log.jsonl'),
    best: join(folder, 'best.safetensors'),
    last: join(folder, 'last.safetensors'),
  };
}

/**
 * Makes the folder ready: writes the config and, when resuming, reads the checkpoint. Nothing of an
 * earlier run is overwritten.
 *
 * @returns the checkpoint to resume from, or undefined for a run that begins
 * @throws RangeError if the folder holds a run and `resume` is false, or a run of another config.
 */
export async function openRunFolder(
  run: RunFolder,
  config: ExperimentConfig,
  resume: boolean,
): Promise<Checkpoint | undefined> {
  if (!resume && ((await exists(run.last)) || (await exists(run.log)))) {
    throw new RangeError(
      `'${run.folder}' holds a run already; resume it (--resume) or choose another \`output\``,
    );
  }
  const checkpoint = resume && (await exists(run.last)) ? readCheckpoint(run.last) : undefined;
  if (checkpoint !== undefined) {
    const path = firstDifference(comparable(checkpoint.config), comparable(config));
    if (path !== undefined) {
      throw new RangeError(
        `cannot resume '${run.folder}': \`${path}\` differs from the run's config ('${run.config}'); restore it there or choose another \`output\``,
      );
    }
  }
  await removeLeftovers(run.folder);
  await writeFileAtomic(run.config, `${JSON.stringify(config, null, 2)}\n`);
  return checkpoint;
}

/** What may change between a run and its continuation is left out. */
function comparable(config: ExperimentConfig): unknown {
  const { backend, output, data, ...rest } = config;
  const { cacheMegabytes, ...sameData } = data;
  return { ...rest, data: sameData };
}

/** Removes temporary files of a run that was killed while it wrote. */
async function removeLeftovers(folder: string): Promise<void> {
  const names = await readdir(folder).catch((): string[] => []);
  for (const name of names.filter((entry) => /^\..+\.\d+\.tmp$/.test(entry))) {
    await rm(join(folder, name), { force: true });
  }
}

async function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
