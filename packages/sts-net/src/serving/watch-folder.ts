import { stat } from 'node:fs/promises';
import { relative, resolve } from 'node:path';
import { setTimeout } from 'node:timers/promises';
import { fileError } from '@sts-net/datasets/files';
import { lockFolder } from '../locks/folder-lock.ts';
import { readFiles } from '../prediction/find-inputs.ts';
import type { OpenPredictor } from '../prediction/open-predictor.ts';
import { type KeptOptions, OutputFolder } from '../prediction/output-folder.ts';
import { type PredictedCounts, predictInto } from '../prediction/predict-many.ts';
import { withoutNames } from '../prediction/without-names.ts';
import { JobQueue } from './job-queue.ts';
import { type SettledInput, WatchedFolder } from './watched-folder.ts';

export interface WatchFolderOptions extends KeptOptions {
  /** Where the images appear. */
  readonly folder: string;
  /** Where the predictions go; not in `folder`. */
  readonly output: string;
  /** Ends it; what runs is finished first. */
  readonly signal: AbortSignal;
  /** Breaks off what runs. @default nothing does */
  readonly breakOff?: AbortSignal;
  /** Others may have their jobs in it. @default one of its own */
  readonly queue?: JobQueue;
  /** How long the files of an image must have been quiet, in seconds. @default 5 */
  readonly settle?: number;
  /** Takes a line of JSON for each result. @default appended to `audit.jsonl` in `output` */
  readonly audit?: (line: string) => Promise<void>;
  /** Told what became of an image, by its id. */
  readonly onResult?: (id: string, counts: PredictedCounts) => void;
  readonly onWarning?: (message: string) => void;
}

/** Between two looks, in ms. */
const pause = 1000;

/**
 * Predicts the images that appear in a folder, one after the other, into another, as `predictMany` does, until
 * it is told to stop. Files are never touched. An image is predicted again when its files have changed, as when
 * a slice comes late; what is there from before, of the same files, model and options, is passed over.
 *
 * @throws LockedError if another process watches into the output; RangeError if that holds predictions of
 * another model or options; Error if a folder cannot be used
 */
export async function watchFolder(
  opened: OpenPredictor,
  options: WatchFolderOptions,
): Promise<void> {
  const { folder, output, signal, settle = 5, queue = new JobQueue(0), onResult } = options;
  const { onWarning = () => {} } = options;
  await checkFolders(folder, output);
  const lock = await lockFolder(output, onWarning);
  try {
    const results = new OutputFolder(output, opened, options);
    await results.prepare();
    const watched = new WatchedFolder(folder, 1000 * settle);
    let isLost = false;
    while (!signal.aborted) {
      let settled: readonly SettledInput[] = [];
      try {
        settled = await watched.look(performance.now());
        isLost = false;
      } catch (error) {
        // A share that is not there for a while is no reason to end.
        if (!isLost) onWarning(`${(error as Error).message}; it is tried again`);
        isLost = true;
      }
      for (const input of settled) {
        if (signal.aborted) break;
        const { id } = input;
        const counts = await queue
          .run(() => predictInput(results, opened, input, options), signal)
          .catch((error: unknown) => {
            if (signal.aborted) return undefined;
            throw error;
          });
        if (counts !== undefined) onResult?.(id, counts);
      }
      await setTimeout(pause, undefined, { signal }).catch(() => undefined);
    }
  } finally {
    await lock.release();
  }
}

function predictInput(
  results: OutputFolder,
  opened: OpenPredictor,
  { id, paths, seal }: SettledInput,
  { signal, breakOff, ...options }: WatchFolderOptions,
): Promise<PredictedCounts> {
  const { folder, onWarning = () => {} } = options;
  const told = (message: string) => onWarning(withoutNames(message, id, [...paths, folder]));
  const task = {
    ...{ id, seal, paths: [...paths, folder] },
    read: () => readFiles(paths, { onWarning: told }),
  };
  return predictInto(results, opened, [task], {
    ...options,
    ...(breakOff && { signal: breakOff }),
  });
}

async function checkFolders(folder: string, output: string): Promise<void> {
  const found = await stat(folder).catch((cause) => {
    throw fileError(folder, 'read the folder', cause);
  });
  if (!found.isDirectory()) {
    throw new RangeError(`'${folder}' must be a folder to be watched, but is a file`);
  }
  const way = relative(resolve(folder), resolve(output));
  if (way !== '' && (way.startsWith('..') || resolve(way) === way)) return;
  throw new RangeError(
    `\`output\` must not lie in the folder that is watched, '${folder}', got '${output}'`,
  );
}
