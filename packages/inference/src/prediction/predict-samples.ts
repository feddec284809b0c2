import { type NdArray, ndarray } from '@sts-net/views';
import type { Sample } from '@sts-net/volume-io';
import type { ImageShape, Predictor } from '../predictor/predictor.ts';
import type { PreprocessedImage } from '../preprocessing/preprocess.ts';
import { emptyImages, wholeSample, writeImage } from '../samples/write-image.ts';
import { nextTurn } from '../turn/next-turn.ts';

/** Class probabilities of a sample, `[row, column, class]`. */
export type Probabilities = NdArray<Float32Array>;

export interface PredictSamplesOptions {
  /** Samples that go through the network together, or how many of a size, in pixels, do. @default 4 */
  readonly batchSize?: number | ((height: number, width: number) => number) | undefined;
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
export function predictSamples(
  predictor: Predictor,
  input: Pick<PreprocessedImage, 'samples' | 'normalization'>,
  options: PredictSamplesOptions = {},
): AsyncGenerator<Probabilities> {
  const { classes } = predictor;
  const ask: Asking['ask'] = (images, shape) => predictor.predict(images, shape);
  return planesOf(predictor, input, { ...options, ask, depth: classes });
}

/** What asks a predictor, and how many numbers it then says of each pixel. */
export interface Asking {
  readonly ask: (images: Float32Array, shape: ImageShape) => Promise<Float32Array>;
  readonly depth: number;
}

/** As `predictSamples`, of whatever is asked of the predictor. */
export async function* planesOf(
  predictor: Predictor,
  { samples, normalization }: Pick<PreprocessedImage, 'samples' | 'normalization'>,
  { batchSize = 4, onProgress, signal, ask, depth }: PredictSamplesOptions & Asking,
): AsyncGenerator<Probabilities> {
  let done = 0;
  const [rows = 1, columns = 1] = samples[0]?.image.shape ?? [];
  const together = typeof batchSize === 'number' ? batchSize : batchSize(rows, columns);
  for (let start = 0; start < samples.length; start += together) {
    signal?.throwIfAborted();
    const group = samples.slice(start, start + together);
    const batch = batchOf(group, normalization, predictor);
    const { count, height, width, channels } = batch;
    const all = await ask(batch.images, [count, height, width, channels]);
    const length = height * width * depth;
    for (let i = 0; i < count; i++) {
      const values = all.subarray(i * length, (i + 1) * length);
      yield ndarray(values, [height, width, depth]);
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
