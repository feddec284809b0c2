import { join } from 'node:path';
import { referenceOf } from '@sts-net/inference';
import { appendTo } from './append-to.ts';
import { AuditLog, inputDigest } from './audit-log.ts';
import { storeIn } from './file-store.ts';
import type { OpenPredictor } from './open-predictor.ts';
import { type KeptOptions, keptOf, OutputFolder } from './output-folder.ts';
import { type PredictionInput, predictCase } from './predict-case.ts';
import { withoutNames } from './without-names.ts';

/** An image that is read when its turn comes. */
export interface PredictionTask {
  /** Names its files. */
  readonly id: string;
  /** Of its files, which are named nowhere. */
  readonly paths?: readonly string[];
  /** Of what its files hold, where they may change: a prediction of another is made anew. */
  readonly seal?: string;
  read(): Promise<Omit<PredictionInput, 'id'>>;
}

export interface PredictManyOptions extends KeptOptions {
  /** Folder of the predictions. */
  readonly output: string;
  /** Takes a line of JSON for each image that was tried. @default appended to `audit.jsonl` in `output` */
  readonly audit?: (line: string) => Promise<void>;
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
 * stopped goes on; an image that cannot be read or predicted is noted and the others go on. Each that was
 * tried leaves a line in `audit.jsonl`.
 *
 * @throws RangeError if the folder holds predictions of another model or options; Error if it cannot
 * be written; the signal's reason
 */
export async function predictMany(
  opened: OpenPredictor,
  tasks: readonly PredictionTask[],
  { output, ...options }: PredictManyOptions,
): Promise<PredictedCounts> {
  const folder = new OutputFolder(output, opened, options);
  await folder.prepare();
  return predictInto(folder, opened, tasks, options);
}

/** As `predictMany`, into a folder that is prepared. */
export async function predictInto(
  folder: OutputFolder,
  opened: OpenPredictor,
  tasks: readonly PredictionTask[],
  { onProgress, onWarning, signal, audit: write, ...options }: Omit<PredictManyOptions, 'output'>,
): Promise<PredictedCounts> {
  const kept = keptOf(options);
  const { decision = {} } = kept;
  const audit = new AuditLog(write ?? appendTo(join(folder.path, 'audit.jsonl')), opened, kept);
  const todo: PredictionTask[] = [];
  for (const task of tasks) if (!(await folder.has(task.id, task.seal))) todo.push(task);
  let counts = { done: 0, skipped: tasks.length - todo.length, failed: 0 };
  const count = (key: 'done' | 'failed') => {
    counts = { ...counts, [key]: counts[key] + 1 };
    onProgress?.(counts, tasks.length);
  };
  let next = todo[0] && read(todo[0]);
  let writing: Promise<void> = Promise.resolve();
  try {
    for (const [i, { id, paths = [], seal }] of todo.entries()) {
      signal?.throwIfAborted();
      const input = await next!;
      const following = todo[i + 1];
      next = following && read(following);
      const seconds = () => (performance.now() - input.begun) / 1000;
      let digest: string | null = null;
      try {
        if ('error' in input) throw input.error;
        const { flat } = input;
        const image = referenceOf(input.image);
        digest = inputDigest(input.image);
        folder.check({ image, flat });
        const prediction = await predictCase(
          opened,
          { id, ...input },
          {
            decision,
            store: storeIn(folder.path),
            ...(onWarning && { onWarning }),
            ...(signal && { signal }),
          },
        );
        const predicted = { image, flat, digest, seal };
        // One at a time, so that no more than two predictions are in memory.
        const before = writing;
        writing = before
          .then(() => folder.write(id, prediction, predicted))
          .finally(() => prediction.release())
          .then(() => audit.note({ status: 'done', input: predicted.digest, seconds: seconds() }));
        // Told when it is awaited.
        writing.catch(() => {});
        await before;
        count('done');
      } catch (error) {
        if (signal?.aborted) throw error;
        // What could not be written is no fault of this input.
        await writing;
        const reason = error instanceof Error ? error.message : String(error);
        await folder.fail(id, withoutNames(reason, id, paths));
        await audit.note({ status: 'failed', input: digest, seconds: seconds() });
        count('failed');
      }
    }
  } finally {
    await writing;
  }
  return counts;
}

/** What is wrong with an image is said when its turn comes; with when it was begun. */
async function read(
  task: PredictionTask,
): Promise<
  { readonly begun: number } & (Omit<PredictionInput, 'id'> | { readonly error: unknown })
> {
  const begun = performance.now();
  try {
    return { begun, ...(await task.read()) };
  } catch (error) {
    return { begun, error };
  }
}
