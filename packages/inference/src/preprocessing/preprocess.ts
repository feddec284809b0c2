import { type Sample, slices25d, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { flatImage } from './flat-image.ts';
import { type Normalization, normalizationFor } from './normalization.ts';
import { chooseNormalization, type IntensityFacts } from './normalization-rule.ts';
import { channelsOf, fullPreprocessing, type Preprocessing } from './preprocessing.ts';
import { resizeImagePlanes, resizeMaskPlanes } from './resize-planes.ts';
import { hasZeroBackground } from './zero-background.ts';

/** An image as a network takes it. */
export interface PreprocessedImage {
  /** Whether it is one 2-D image, whose channels are the slices of `image`. */
  readonly flat: boolean;
  /** At the size that the preprocessing says. */
  readonly image: Volume<Float32Array>;
  /** Labels of the same size; all background where none were given. A 2-D image has one slice. */
  readonly mask: Volume<Uint8Array> | undefined;
  /**
   * One for each slice (without the outer ones for the edge rule `drop`), or the only one of a 2-D
   * image: views into the volumes.
   */
  readonly samples: readonly Sample[];
  readonly normalization: Normalization;
}

export interface PreprocessOptions {
  /** What errors call it, and the beginning of the samples' ids. @default 'image' */
  readonly id?: string;
  /** The patient or case. @default `id` */
  readonly group?: string;
  /** Takes the image's slices as the channels of one 2-D image. @default false */
  readonly flat?: boolean;
  /** Labels on the image's grid. @default all background */
  readonly mask?: Volume<Uint8Array> | undefined;
}

/**
 * Resizes an image, measures its intensities and cuts it into samples.
 *
 * @throws RangeError if it holds NaN, infinity or, where the normalization needs more, nothing but one
 * intensity, or a 2-D image has channels that no network of this preprocessing takes
 */
export function preprocess(
  image: Volume,
  preprocessing: Preprocessing,
  { id = 'image', group = id, flat = false, mask }: PreprocessOptions = {},
): PreprocessedImage {
  const { axis, size, normalization } = fullPreprocessing(preprocessing);
  const own = asFloat32(image);
  const resized = size === undefined ? own : resizeImagePlanes(own, axis, size);
  const labels =
    size === undefined || mask === undefined ? mask : resizeMaskPlanes(mask, axis, size);
  const channels = channelsOf(preprocessing);
  return {
    flat,
    image: resized,
    mask: labels,
    samples: cutSamples(resized, preprocessing, { id, group, flat, mask: labels }),
    normalization: normalizationFor(
      resized,
      normalization ?? chooseNormalization([intensityFacts(image, flat)]).rule,
      { channels, flat, id },
    ),
  };
}

/**
 * The samples of an image that has the size that the preprocessing says: `samples` of
 * `PreprocessedImage`.
 */
export function cutSamples(
  image: Volume<Float32Array>,
  preprocessing: Preprocessing,
  { id = 'image', group = id, flat = false, mask }: PreprocessOptions = {},
): readonly Sample[] {
  const { axis, context, edge } = fullPreprocessing(preprocessing);
  return flat
    ? [flatSample(image, mask, channelsOf(preprocessing), { id, group })]
    : [...slices25d(image, { axis, context, edge, id, group, ...(mask && { label: mask }) })];
}

/**
 * What tells which normalization fits an image.
 *
 * @param flat whether it is a 2-D image
 * @param modality as DICOM names it, where it is known; else that of the image's header, if any
 */
export function intensityFacts(
  { voxels, header }: Volume,
  flat: boolean,
  modality: string | undefined = header?.format === 'dicom' ? header.modality : undefined,
): IntensityFacts {
  return { flat, modality, zeroBackground: !flat && hasZeroBackground(voxels) };
}

function flatSample(
  image: Volume<Float32Array>,
  mask: Volume<Uint8Array> | undefined,
  channels: number,
  names: Pick<Sample, 'id' | 'group'>,
): Sample {
  const [, rows, columns] = image.voxels.shape as [number, number, number];
  return {
    ...names,
    image: flatImage(image, channels, names.id),
    mask:
      mask?.voxels.pick(0, null, null) ?? ndarray(new Uint8Array(rows * columns), [rows, columns]),
  };
}

/** The volume with its voxels as float32. */
function asFloat32(volume: Volume): Volume<Float32Array> {
  const { voxels } = volume;
  if (voxels.data instanceof Float32Array) return volume as Volume<Float32Array>;
  const data = Float32Array.from(voxels.data);
  return { ...volume, voxels: ndarray(data, voxels.shape, voxels.stride, voxels.offset) };
}
