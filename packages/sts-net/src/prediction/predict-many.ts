import type { Decision } from '@sts-net/inference';
import { storeIn } from './file-store.ts';
import type { OpenPredictor } from './open-predictor.ts';
import { OutputFolder } from './output-folder.ts';
import { type PredictionInput, predictCase } from './predict-case.ts';
import type { QuantityOutput } from './write-quantities.ts';

/** An image that is read when its turn comes. */
export interface PredictionTask {
  /** Names its files. */
  readonly id: string;
  read(): Promise<Omit<PredictionInput, 'id'>>;
}

export interface PredictManyOptions extends QuantityOutput {
  /** Folder of the predictions. */
  readonly output: string;
  /** How probabilities become labels. @default the most likely class */
  readonly decision?: Decision;
  /** Told what of an image is far from what the networks were trained on. */
  readonly onWarning?: (text: string) => void;
  /** Called after each image. */
  readonly onProgress?: (counts: PredictedCounts, total: number) => void;
  /** Stops between slices: the call then throws the signal's reason; the image is not written. */
  readonly signal?: AbortSignal;
}

/** What became of images. */
export interface PredictedCounts {
  readonly done: number;
  /** There already, complete, of the same model and options. */
  readonly skipped: number;
  /** In `failures.jsonl`. */
  readonly failed: number;
}

/**
 * Predicts images one after the other into a folder. While one goes through the network the next is read
 * and the one before is written. What is complete there already is passed over, so that a call that was
 * stopped goes on; an image that cannot be read or predicted is noted and the others go on.
 *
 * @throws RangeError if the folder holds predictions of another model or options; Error if it cannot
 * be written; the signal's reason
 */
export async function predictMany(
  opened: OpenPredictor,
  tasks: readonly PredictionTask[],
  options: PredictManyOptions,
): Promise<PredictedCounts> {
  const { output, decision = {}, onProgress, onWarning, signal } = options;
  const { probabilities = false, uncertainty = false, probabilitiesType } = options;
  const quantities = { probabilities, uncertainty, probabilitiesType };
  const settings = JSON.stringify({ decision, ...quantities });
  const folder = new OutputFolder(output, { model: await opened.digest(), options: settings });
  await folder.prepare();
  const todo: PredictionTask[] = [];
  for (const task of tasks) if (!(await folder.has(task.id))) todo.push(task);
  let counts = { done: 0, skipped: tasks.length - todo.length, failed: 0 };
  const count = (key: 'done' | 'failed') => {
    counts = { ...counts, [key]: counts[key] + 1 };
    onProgress?.(counts, tasks.length);
  };
  let next = todo[0] && read(todo[0]);
  let writing: Promise<void> = Promise.resolve();
  try {
    for (const [i, { id }] of todo.entries()) {
      signal?.throwIfAborted();
      const input = await next!;
      const following = todo[i + 1];
      next = following && read(following);
      try {
        if ('error' in input) throw input.error;
        const prediction = await predictCase(
          opened,
          { id, ...input },
          {
            decision,
            store: storeIn(output),
            ...(onWarning && { onWarning }),
            ...(signal && { signal }),
          },
        );
        // One at a time, so that no more than two predictions are in memory.
        const before = writing;
        writing = before
          .then(() => folder.write(id, prediction, { flat: input.flat, ...quantities }))
          .finally(() => prediction.release());
        // Told when it is awaited.
        writing.catch(() => {});
        await before;
        count('done');
      } catch (error) {
        if (signal?.aborted) throw error;
        // What could not be written is no fault of this input.
        await writing;
        await folder.fail(id, error instanceof Error ? error.message : String(error));
        count('failed');
      }
    }
  } finally {
    await writing;
  }
  return counts;
}

/** What is wrong with an image is said when its turn comes. */
function read(
  task: PredictionTask,
): Promise<Omit<PredictionInput, 'id'> | { readonly error: unknown }> {
  return task.read().catch((error: unknown) => ({ error }));
}
