import { readdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { Progress } from '@sts-net/training';
import type { RunFolder } from './run-folder.ts';

/** Which files get the weights of a validation that is among the best. */
export function bestFiles(run: RunFolder, rank: number, step: number, keep: number): string[] {
  return [...(keep > 1 ? [run.bestOf(step)] : []), ...(rank === 0 ? [run.best] : [])];
}

/**
 * Removes the weights of validations that are among the best no more. To be called after the
 * checkpoint is written that says so: a run that is killed before goes on from one that has them.
 */
export async function removeOutdone({ folder }: RunFolder, { best }: Progress): Promise<void> {
  const kept = new Set(best.map(({ step }) => String(step)));
  for (const name of await readdir(folder)) {
    const step = /^best-(\d+)\.safetensors$/.exec(name)?.[1];
    if (step !== undefined && !kept.has(step)) await rm(join(folder, name), { force: true });
  }
}
