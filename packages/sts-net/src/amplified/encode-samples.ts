import { gzipSync } from 'node:zlib';
import {
  type AmplifiedSample,
  type AmplifyOptions,
  amplify,
  lesionArea,
  type Sample,
} from '@sts-net/amplify';
import { imageDigest, type ManifestItem } from '@sts-net/datasets';
import {
  createVolume,
  encodeImage,
  encodeVolume,
  isGrey,
  type Spacing,
  type Volume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import type { IntensityMap } from './intensity-map.ts';

/** A training sample to be amplified and encoded, as it can be sent to another thread. */
export interface EncodingJob {
  readonly id: string;
  readonly group: string;
  /** `[row, column, channel]`, in C order. */
  readonly shape: readonly [rows: number, columns: number, channels: number];
  readonly image: Float32Array<ArrayBuffer>;
  readonly mask: Uint8Array<ArrayBuffer>;
  /** Label of the pixels on which nothing counts, if there is one. */
  readonly ignore?: number | undefined;
  /** mm, `[slice, row, column]`; null where it is not known. */
  readonly spacing: Spacing | null;
  /** Undefined writes NIfTI. */
  readonly intensities: IntensityMap | undefined;
}

/** What is the same for all samples. */
export interface EncodingSettings {
  readonly amplification: Pick<
    Required<AmplifyOptions>,
    'method' | 'extended' | 'threshold' | 'seed'
  >;
}

/** An item of the manifest and the content of its files. */
export interface EncodedSample {
  readonly item: ManifestItem & { readonly image: string; readonly mask: string };
  readonly image: Uint8Array<ArrayBuffer>;
  readonly mask: Uint8Array<ArrayBuffer>;
}

/**
 * A sample and its amplified copies as files. The same bytes wherever and in whatever order it runs.
 *
 * @throws Error naming the sample.
 */
export async function encodeSamples(
  { id, group, shape, image, mask, ignore, spacing, intensities }: EncodingJob,
  { amplification }: EncodingSettings,
): Promise<EncodedSample[]> {
  const [rows, columns] = shape;
  const sample = {
    id,
    group,
    image: ndarray(image, [...shape]),
    mask: ndarray(mask, [rows, columns]),
    ignore,
  };
  const encoded: EncodedSample[] = [];
  try {
    // Each copy is encoded before the next is made.
    const lent = new Float32Array(image.length);
    for (const one of amplify(sample, { ...amplification, lend: () => lent })) {
      encoded.push(
        await encodeSample(one, zoomedSpacing(one, spacing), intensities, {
          ...sourceOf(id, one, amplification.seed),
          ...(intensities && intensities.scale !== 1 && { intensities }),
        }),
      );
    }
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new Error(`sample '${id}': ${reason}`, { cause });
  }
  return encoded;
}

function sourceOf(
  id: string,
  { operation = 'none', box }: AmplifiedSample,
  seed: number,
): Record<string, unknown> {
  return { id, operation, ...(box && { box }), ...(operation === 'C' && { seed }) };
}

/** A crop that is resized to the full size has smaller pixels. */
function zoomedSpacing({ box, mask }: AmplifiedSample, spacing: Spacing | null): Spacing | null {
  if (box === undefined || spacing === null) return spacing;
  const [rows, columns] = mask.shape as [number, number];
  const [slice, row, column] = spacing;
  return [
    slice,
    (row * (box.bottom - box.top)) / rows,
    (column * (box.right - box.left)) / columns,
  ];
}

async function encodeSample(
  { id, group, image, mask, ignore }: Sample,
  spacing: Spacing | null,
  intensities: IntensityMap | undefined,
  source: Record<string, unknown>,
): Promise<EncodedSample> {
  const [rows, columns] = mask.shape as [number, number];
  const item = {
    id,
    group,
    size: [1, rows, columns] as const,
    spacing,
    area: lesionArea(mask, ignore),
    ignore,
    split: 'training' as const,
    source,
  };
  if (intensities === undefined) {
    const voxels = image.transpose(2, 0, 1);
    const labels = ndarray(mask.data, [1, rows, columns], [0, ...mask.stride], mask.offset);
    const options = { ...(spacing && { spacing }) };
    return {
      item: { ...item, ...paths(id, 'nii.gz'), digest: imageDigest(voxels) },
      image: await niftiGz(createVolume(voxels, options)),
      mask: await niftiGz(createVolume(labels, options)),
    };
  }
  const pixels = wholeNumbers(image, intensities);
  return {
    item: { ...item, ...paths(id, 'png'), digest: imageDigest(pixels.transpose(2, 0, 1)) },
    image: await encodeImage(pixels),
    mask: await encodeImage(mask),
  };
}

/** In one go: a stream would hand each few kilobytes to another thread and wait for it. */
async function niftiGz(volume: Volume): Promise<Uint8Array<ArrayBuffer>> {
  return new Uint8Array(gzipSync(await encodeVolume(volume)));
}

function paths(id: string, ending: string): { image: string; mask: string } {
  return { image: `images/${id}.${ending}`, mask: `masks/${id}.${ending}` };
}

/** The image as it is stored: one channel if all are equal, since such an image is read as grey. */
function wholeNumbers(
  image: NdArray<Float32Array>,
  { bits, scale, offset }: IntensityMap,
): NdArray<Uint8Array> | NdArray<Uint16Array> {
  const [rows, columns, channels] = image.shape as [number, number, number];
  const stored = channels === 1 || isGrey(image) ? 1 : channels;
  const data = new (bits === 8 ? Uint8Array : Uint16Array)(rows * columns * stored);
  let to = 0;
  for (let row = 0; row < rows; row++) {
    for (let column = 0; column < columns; column++) {
      for (let channel = 0; channel < stored; channel++) {
        data[to++] = Math.round((image.get(row, column, channel) - offset) / scale);
      }
    }
  }
  return ndarray(data, [rows, columns, stored]) as NdArray<Uint8Array>;
}
