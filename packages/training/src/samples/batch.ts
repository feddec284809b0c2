import {
  emptyImages,
  type ImageBatch,
  type Normalization,
  type Window,
  writeImage,
} from '@sts-net/inference';
import { IGNORED, type Sample } from '@sts-net/volume-io';

/** Samples as training takes them; typed arrays in host memory. */
export interface Batch extends ImageBatch {
  /** One-hot truth `[count, height, width, classes]`; of a pixel on which nothing counts all zeros. */
  readonly labels: Float32Array;
  readonly classes: number;
  /** The samples by their ids, for messages. */
  readonly ids?: readonly string[];
  /** Pixels of the lesions in the samples, whole also where a patch shows a part. */
  readonly lesions?: readonly number[];
  /** How many of the samples were drawn for a false alarm in them. */
  readonly hardNegatives?: number;
}

/** Hands out the batch of a step; the same step always gives the same batch. */
export interface BatchSource {
  readonly stepsPerEpoch: number;
  /** @param step counted from 0 */
  batch(step: number): Promise<Batch>;
}

/** A batch to fill: zero images, every pixel background. */
export function emptyBatch(size: Omit<Batch, 'images' | 'labels'>): Batch {
  const { count, height, width, classes } = size;
  const labels = new Float32Array(count * height * width * classes);
  for (let i = 0; i < labels.length; i += classes) labels[i] = 1;
  return { ...emptyImages(size), labels, classes };
}

/**
 * Writes the window of a sample, its image normalised, into place `index` of the batch. Pixels that
 * hold `IGNORED` (255) belong to no class.
 *
 * @throws RangeError naming the sample for another label that is no class
 */
export function copySample(
  { id, image, mask }: Sample,
  normalization: Normalization,
  window: Window,
  batch: Batch,
  index: number,
): void {
  writeImage(image, normalization, window, batch, index);
  const { top, left, flipRows, flipColumns } = window;
  const { height, width, classes, labels } = batch;
  const [rows, columns] = mask.shape as [number, number];
  const [rowStride, columnStride] = mask.stride as [number, number];
  for (let y = 0; y < height; y++) {
    const row = top + (flipRows ? height - 1 - y : y);
    if (row < 0 || row >= rows) continue;
    for (let x = 0; x < width; x++) {
      const column = left + (flipColumns ? width - 1 - x : x);
      if (column < 0 || column >= columns) continue;
      const label = mask.data[mask.offset + row * rowStride + column * columnStride]!;
      if (label === 0) continue;
      const to = ((index * height + y) * width + x) * classes;
      labels[to] = 0;
      if (label === IGNORED) continue;
      if (label >= classes) throw noClass(id, label, classes);
      labels[to + label] = 1;
    }
  }
}

function noClass(id: string, label: number, classes: number): RangeError {
  return new RangeError(
    `sample '${id}': its mask must hold labels below the number of classes, ${classes}, or ${IGNORED} where nothing counts, got ${label}; give more \`classes\`, or renumber the labels`,
  );
}

/** One of `parts` equal parts of a batch, with views into its arrays. */
export function partOf(batch: Batch, part: number, parts: number): Batch {
  if (parts === 1) return batch;
  const count = batch.count / parts;
  if (!Number.isInteger(count)) {
    throw new RangeError(
      `training: a batch must have a multiple of ${parts} samples to be cut into as many parts, got ${batch.count}`,
    );
  }
  const cut = <Values extends Float32Array>(values: Values): Values => {
    const size = values.length / parts;
    return values.subarray(part * size, (part + 1) * size) as Values;
  };
  const ids = batch.ids?.slice(part * count, (part + 1) * count);
  const [images, labels] = [cut(batch.images), cut(batch.labels)];
  return { ...batch, count, images, labels, ...(ids && { ids }) };
}
