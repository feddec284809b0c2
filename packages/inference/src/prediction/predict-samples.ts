import type { Sample } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import type { Predictor } from '../predictor/predictor.ts';
import type { PreprocessedImage } from '../preprocessing/preprocess.ts';
import { emptyImages, wholeSample, writeImage } from '../samples/write-image.ts';
import { nextTurn } from '../turn/next-turn.ts';

/** Class probabilities of a sample, `[row, column, class]`. */
export type Probabilities = NdArray<Float32Array>;

export interface PredictSamplesOptions {
  /** Samples that go through the network together. @default 4 */
  readonly batchSize?: number | undefined;
  /** Called after each sample. */
  readonly onProgress?: ((done: number, total: number) => void) | undefined;
  /** Stops between samples: the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * What a predictor says of samples of one size, in their order.
 *
 * @throws RangeError if the samples have other channels than the predictor takes
 */
export async function* predictSamples(
  predictor: Predictor,
  { samples, normalization }: Pick<PreprocessedImage, 'samples' | 'normalization'>,
  { batchSize = 4, onProgress, signal }: PredictSamplesOptions = {},
): AsyncGenerator<Probabilities> {
  const { classes } = predictor;
  let done = 0;
  for (let start = 0; start < samples.length; start += batchSize) {
    signal?.throwIfAborted();
    const group = samples.slice(start, start + batchSize);
    const batch = batchOf(group, normalization, predictor);
    const { count, height, width, channels } = batch;
    const all = await predictor.predict(batch.images, [count, height, width, channels]);
    const length = height * width * classes;
    for (let i = 0; i < count; i++) {
      const values = all.subarray(i * length, (i + 1) * length);
      yield ndarray(values, [height, width, classes]);
      onProgress?.(++done, samples.length);
      signal?.throwIfAborted();
    }
    await nextTurn();
  }
}

function batchOf(
  samples: readonly Sample[],
  normalization: PreprocessedImage['normalization'],
  predictor: Predictor,
) {
  const [height, width, channels] = samples[0]!.image.shape as [number, number, number];
  if (channels !== predictor.channels) {
    throw new RangeError(
      `'${samples[0]!.id}': the network takes images of ${predictor.channels} channels, got ${channels}; prepare them as in its training`,
    );
  }
  const batch = emptyImages({ count: samples.length, height, width, channels });
  for (const [i, { image }] of samples.entries()) {
    writeImage(image, normalization, wholeSample, batch, i);
  }
  return batch;
}

/** The most likely class of every pixel, `[row, column]`; of equal ones the first. */
export function mostLikely({ data, shape, offset }: Probabilities): NdArray<Uint8Array> {
  const [rows, columns, classes] = shape as [number, number, number];
  const labels = new Uint8Array(rows * columns);
  for (let i = 0, from = offset; i < labels.length; i++, from += classes) {
    let best = 0;
    for (let c = 1; c < classes; c++) if (data[from + c]! > data[from + best]!) best = c;
    labels[i] = best;
  }
  return ndarray(labels, [rows, columns]);
}
