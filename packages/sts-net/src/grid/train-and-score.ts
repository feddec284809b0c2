import { join } from 'node:path';
import { evaluateRun } from '../evaluation/evaluate-run.ts';
import { train } from '../runs/train.ts';
import { tuneRun } from '../tuning/tune-run.ts';
import type { GridWork } from './run-grid.ts';
import { resultOf } from './run-result.ts';

/**
 * The work of a grid's run: trains, or goes on; chooses the operating point where there is a validation split;
 * scores the test split.
 *
 * @throws the signal's reason when it is stopped; what is trained by then is saved
 */
export const trainAndScore: GridWork = async (
  config,
  { folder, baseFolder, signal, onProgress },
) => {
  const tell = (text: string) => onProgress?.(text);
  tell('reading the cases');
  let steps = 0;
  const result = await train(config, {
    baseFolder,
    resume: true,
    ...(signal && { signal }),
    callbacks: (event) => {
      if (event.event === 'start') steps = event.steps;
      if (event.event === 'step') tell(`step ${event.step}/${steps}`);
    },
  });
  if (!result.finished) {
    signal?.throwIfAborted();
    throw new Error(`'${folder}': the training ended before its last step`);
  }
  const run = join(folder, 'training');
  const use = {
    backend: config.backend,
    ...(signal && { signal }),
    onProgress: (id: string, done: number, total: number) => tell(`${id}: slice ${done}/${total}`),
  };
  if (result.bestStep !== null) await tuneRun(run, use);
  return resultOf(await evaluateRun(run, 'test', { ...use, probabilities: false }), result.step);
};
