import { mostLikely, type Predictor, predictSamples } from '@sts-net/inference';
import { type NdArray, ndarray } from '@sts-net/views';
import type { TrainingCase } from '../samples/training-items.ts';
import type { ValidatedCase, ValidatedRun } from './selection-score.ts';

export interface PredictCaseOptions {
  /** Slices that go through the network together. */
  readonly batchSize: number;
  /** Stops between slices: the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The most likely class of each pixel of some slices of a case, beside its truth. */
export async function predictCase(
  predictor: Predictor,
  one: TrainingCase,
  indices: readonly number[],
  options: PredictCaseOptions,
): Promise<ValidatedCase> {
  const { samples, normalization } = await one.load();
  const chosen = { samples: indices.map((index) => samples[index]!), normalization };
  const predictions: NdArray<Uint8Array>[] = [];
  for await (const probabilities of predictSamples(predictor, chosen, options)) {
    predictions.push(mostLikely(probabilities));
  }
  const truths = chosen.samples.map(({ mask }) => mask);
  return { id: one.id, runs: runsOf(indices, predictions, truths) };
}

/** The slices in runs of those that follow one another and have the same size. */
function runsOf(
  indices: readonly number[],
  predictions: readonly NdArray<Uint8Array>[],
  truths: readonly NdArray<Uint8Array>[],
): readonly ValidatedRun[] {
  const runs: ValidatedRun[] = [];
  const size = (i: number) => truths[i]?.shape.join();
  let start = 0;
  for (let i = 1; i <= indices.length; i++) {
    if (indices[i] === indices[i - 1]! + 1 && size(i) === size(i - 1)) continue;
    const stack = (planes: readonly NdArray<Uint8Array>[]) => stacked(planes.slice(start, i));
    runs.push({ prediction: stack(predictions), truth: stack(truths) });
    start = i;
  }
  return runs;
}

function stacked(planes: readonly NdArray<Uint8Array>[]): NdArray<Uint8Array> {
  const [rows, columns] = planes[0]!.shape as [number, number];
  const volume = ndarray(new Uint8Array(planes.length * rows * columns), [
    planes.length,
    rows,
    columns,
  ]);
  for (const [slice, plane] of planes.entries()) {
    for (let row = 0; row < rows; row++) {
      for (let column = 0; column < columns; column++) {
        volume.set(slice, row, column, plane.get(row, column));
      }
    }
  }
  return volume;
}
