import type { Case } from '@sts-net/datasets';
import {
  type Decision,
  type Predictor,
  type Preprocessing,
  predictInput,
  predictLabels,
  sampleAxis,
} from '@sts-net/inference';
import { labelsOf, likeVolume, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { CaseCache, type CaseCacheConfig } from '../cases/case-cache.ts';
import { CaseStore, type LoadedCase } from '../cases/case-store.ts';
import { leaveOutIgnored } from '../scoring/label-masks.ts';
import { addClass } from '../scoring/read-probabilities.ts';
import type { VolumePair } from './measured-case.ts';

export interface PredictPairsOptions {
  /** Slices that go through the network together. @default 4 */
  readonly batchSize?: number;
  /** How probabilities become labels. @default the most likely class */
  readonly decision?: Decision | undefined;
  /** Whether the probabilities are wanted beside the labels. @default true */
  readonly probabilities?: boolean | undefined;
  /** Classes that are one target, or all above 0. @default each by itself */
  readonly label?: 'all' | readonly number[] | undefined;
  /** Called after each slice. */
  readonly onProgress?: (id: string, done: number, total: number) => void;
  /** Stops between slices: the call then throws the signal's reason. */
  readonly signal?: AbortSignal;
  /** Where preprocessed cases are kept on disk, so that the next one who wants them need not decode them. @default nowhere */
  readonly cache?: CaseCacheConfig | undefined;
  /** Called with a sentence about what is odd about the masks, or the cache, but no error. */
  readonly onWarning?: (text: string) => void;
}

/** What the model was trained with. */
export interface ModelInput {
  /** How images become network input. */
  readonly preprocessing: Preprocessing;
  /** Background included. */
  readonly classes: number;
}

/** A case and what the model predicted, on the image's own grid; background where nothing counts. */
export interface PredictedPair extends VolumePair {
  readonly loaded: LoadedCase;
}

/**
 * Predicts case after case, each when it is asked for.
 *
 * @throws RangeError if a label is none of the classes
 */
export async function* predictPairs(
  predictor: Predictor,
  { preprocessing, classes }: ModelInput,
  cases: readonly Case[],
  options: PredictPairsOptions,
): AsyncGenerator<PredictedPair> {
  const { batchSize, signal, cache, onProgress, onWarning } = options;
  const { decision, probabilities: wanted = true, label } = options;
  if (label !== undefined) checkLabel(label, classes);
  const store = new CaseStore(
    { preprocessing, classes },
    { cache: cache && new CaseCache(cache, { onWarning }) },
  );
  for (const one of cases) {
    const loaded = await store.load(one);
    const how = {
      ...{ preprocessing, batchSize, signal },
      ...(onProgress && {
        onProgress: (done: number, total: number) => onProgress(one.id, done, total),
      }),
    };
    // Where the labels alone are wanted, no probabilities are kept.
    const said =
      wanted || decision !== undefined ? await predictInput(predictor, loaded, how) : undefined;
    // In arrays of their own, since what is loaded is kept.
    const prediction = labelsOf(
      said === undefined ? await predictLabels(predictor, loaded, how) : said.labels(decision),
    );
    const truth = labelsOf(await store.truth(one, loaded));
    const ignored =
      one.labels?.ignore === undefined ? undefined : leaveOutIgnored(truth, [prediction]);
    const pair: PredictedPair = {
      ...{ id: one.id, patient: one.group, prediction, truth, loaded },
      flat: loaded.flat,
      axis: sampleAxis(loaded, preprocessing),
      ...(ignored && { ignored: ignored.mask }),
      ...(wanted && {
        probabilities: {
          labels: foregroundLabels(classes),
          of: (class_) => valuesOf(said!.probabilities(class_ ?? 1)),
        },
      }),
    };
    yield label === undefined ? pair : asOneTarget(pair, label);
  }
  if (store.warning !== undefined) onWarning?.(store.warning);
}

export function foregroundLabels(classes: number): readonly number[] {
  return Array.from({ length: Math.max(2, classes) - 1 }, (_, i) => i + 1);
}

function checkLabel(label: 'all' | readonly number[], classes: number): void {
  const wrong = label === 'all' ? undefined : label.find((one) => one >= Math.max(2, classes));
  if (wrong === undefined) return;
  throw new RangeError(
    `\`label\` must be of the classes that the network tells, 1 to ${Math.max(2, classes) - 1}, got ${wrong}`,
  );
}

/** The pair with classes as one target, which is 1. */
function asOneTarget(pair: PredictedPair, label: 'all' | readonly number[]): PredictedPair {
  const isTarget = (one: number): boolean => (label === 'all' ? one !== 0 : label.includes(one));
  const target = (labels: Volume<Uint8Array>): Volume<Uint8Array> => {
    const { data, shape } = labels.voxels;
    return likeVolume(
      labels,
      ndarray(
        data.map((one) => Number(isTarget(one))),
        [...shape],
      ),
    );
  };
  const { probabilities } = pair;
  return {
    ...pair,
    ...{ prediction: target(pair.prediction), truth: target(pair.truth) },
    probabilities: probabilities && {
      labels: [1],
      // In arrays of their own.
      of: () =>
        probabilities.labels
          .filter(isTarget)
          .map((one) => probabilities.of(one))
          .reduce(addClass),
    },
  };
}

function valuesOf({ voxels }: Volume<Float32Array>): Float32Array {
  const { data, offset, size } = voxels;
  return data.subarray(offset, offset + size);
}
