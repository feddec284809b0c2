import { ndarray } from '@sts-net/views';
import { createVolume, type Sample, slices25d, type Volume } from '@sts-net/volume-io';
import { type ChannelVolume, channelVolumes, referenceOf } from './channel-volumes.ts';
import { flatImage, greyImage } from './flat-image.ts';
import { interleaved } from './interleave.ts';
import { type IntensityMap, intensityMaps, type Normalization, nothing } from './normalization.ts';
import { chooseNormalization, type IntensityFacts } from './normalization-rule.ts';
import {
  type Channels,
  type FullPreprocessing,
  fullPreprocessing,
  type Preprocessing,
  ruleFor,
} from './preprocessing.ts';
import { checkGeometry, gridOf, placedImage, placedMask } from './spatial.ts';
import { hasZeroBackground } from './zero-background.ts';

/** An image as a network takes it. */
export interface PreprocessedImage {
  /** Whether it is a 2-D image, whose channels are the slices of its one image, or of several. */
  readonly flat: boolean;
  /**
   * The volume of each named channel in their order, or the only one: turned, resampled and resized as
   * the preprocessing says, all on one grid. One that is missing holds zeros.
   */
  readonly images: readonly [Volume<Float32Array>, ...Volume<Float32Array>[]];
  /** Labels on the same grid; undefined where none were given. A 2-D image has one slice. */
  readonly mask: Volume<Uint8Array> | undefined;
  /**
   * One for each slice (without the outer ones for the edge rule `drop`), or the only one of a 2-D
   * image: views into the volumes.
   */
  readonly samples: readonly Sample[];
  readonly normalization: Normalization;
  /** The grid that the image came with, which predictions go back to; it holds no voxels. */
  readonly grid: Volume<Uint8Array>;
}

export interface PreprocessOptions {
  /** What errors call it, and the beginning of the samples' ids. @default 'image' */
  readonly id?: string;
  /** The patient or case. @default `id` */
  readonly group?: string;
  /** Takes the image's slices as the channels of one 2-D image. @default false */
  readonly flat?: boolean;
  /** Labels on the grid of the image, of named channels on that of its first. @default all background */
  readonly mask?: Volume<Uint8Array> | undefined;
}

/**
 * Turns, resamples and resizes an image, measures its intensities and cuts it into samples. Named channels
 * are brought to the grid of the first that the image has, between their voxels, where they have another;
 * 0 stands where they show nothing.
 *
 * @throws RangeError naming the image, if it holds NaN, infinity or, where the normalization needs more,
 * nothing but one intensity; if it lacks a channel; if its file does not say how it is turned or how far
 * its voxels are apart where that is asked for, which a 2-D image never says; or if a 2-D image has
 * channels that no network of this preprocessing takes
 */
export function preprocess(
  image: Channels,
  preprocessing: Preprocessing,
  { id = 'image', group = id, flat = false, mask }: PreprocessOptions = {},
): PreprocessedImage {
  const full = fullPreprocessing(preprocessing);
  const channels = channelVolumes(image, full, { flat, id });
  const first = referenceOf(image);
  checkGeometry(first, full, { flat, id });
  // Of several 2-D images each is one channel.
  const single = (volume: Volume) => (flat && channels.length > 1 ? greyImage(volume, id) : volume);
  const placed = channels.map(({ volume }) => volume && placedImage(single(volume), full, id));
  const like = placed.find((volume) => volume !== undefined)!;
  const whole = placed.map((volume) => volume ?? zerosLike(like));
  const images = interleaved(whole, full.axis) as unknown as PreprocessedImage['images'];
  const labels = mask && placedMask(mask, full);
  const options = { id, group, flat, mask: labels };
  return {
    flat,
    images,
    mask: labels,
    samples: cutSamples(images, preprocessing, options),
    normalization: normalizationFor(channels, images, full, { flat, id }),
    grid: gridOf(first, flat),
  };
}

/** The samples of images that were preprocessed: `samples` of `PreprocessedImage`. */
export function cutSamples(
  images: PreprocessedImage['images'],
  preprocessing: Preprocessing,
  { id = 'image', group = id, flat = false, mask }: PreprocessOptions = {},
): readonly Sample[] {
  const { axis, context, edge } = fullPreprocessing(preprocessing);
  return flat
    ? [flatSample(images, mask, (2 * context + 1) * images.length, { id, group })]
    : [...slices25d(images, { axis, context, edge, id, group, ...(mask && { label: mask }) })];
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

/** The map of each channel of the samples, slice by slice, the named ones within each. */
function normalizationFor(
  channels: readonly ChannelVolume[],
  images: readonly Volume<Float32Array>[],
  { normalization, clip, context }: FullPreprocessing,
  { flat, id }: { readonly flat: boolean; readonly id: string },
): Normalization {
  const maps = channels.map(({ name, volume }, k): readonly IntensityMap[] => {
    if (volume === undefined) return [nothing];
    const given = ruleFor(normalization, name);
    if (given === undefined && normalization !== undefined) {
      throw new RangeError(
        `normalization: must have a rule for ${name === undefined ? 'an image without named channels' : `channel '${name}'`}, but has some for others only; add one, or give one rule for all`,
      );
    }
    const rule = given ?? chooseNormalization([intensityFacts(volume, flat)]).rule;
    const subject = channels.length === 1 ? id : `${id}, ${name}`;
    const rules = { rule, clip: ruleFor(clip, name) };
    return intensityMaps(images[k]!, rules, { flat, id: subject });
  });
  const count = (2 * context + 1) * channels.length;
  return Array.from({ length: count }, (_, c) => {
    const own = maps[c % channels.length]!;
    if (own.length > 1 && count !== own.length) {
      throw new RangeError(
        `\`normalization\`: 'imagenet' is for ${own.length} channels, got ${count}; take another rule`,
      );
    }
    return own[own.length > 1 ? c : 0]!;
  });
}

function flatSample(
  images: PreprocessedImage['images'],
  mask: Volume<Uint8Array> | undefined,
  channels: number,
  names: Pick<Sample, 'id' | 'group'>,
): Sample {
  const [, rows, columns] = images[0].voxels.shape as [number, number, number];
  return {
    ...names,
    image: flatImage(images, channels, names.id),
    mask:
      mask?.voxels.pick(0, null, null) ?? ndarray(new Uint8Array(rows * columns), [rows, columns]),
  };
}

function zerosLike({ voxels, affine }: Volume): Volume<Float32Array> {
  const zeros = ndarray(new Float32Array(voxels.size), [...voxels.shape]);
  return createVolume(zeros, { affine });
}
