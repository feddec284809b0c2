import { type Sample, slices25d, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import type { DataConfig } from '../config/data-config.ts';
import type { Case } from './case.ts';
import { flatImage } from './flat-image.ts';
import { gridShift } from './grid-distance.ts';
import { type Normalization, normalizationFor } from './normalization.ts';
import { isFlatImage, readImageFile, readMaskFile } from './read-image-file.ts';
import { resizeImagePlanes, resizeMaskPlanes } from './resize-planes.ts';

/** A case in memory, at the size that the config gives. */
export interface LoadedCase {
  /** Whether it is one 2-D image, whose channels are the slices of `image`. */
  readonly flat: boolean;
  readonly image: Volume<Float32Array>;
  /** Labels 0 … classes − 1. */
  readonly mask: Volume<Uint8Array>;
  /**
   * One for each slice (without the outer ones for the edge rule `drop`), or the only one of a 2-D
   * image: views into the volumes.
   */
  readonly samples: readonly Sample[];
  readonly normalization: Normalization;
}

export type SliceSettings = Pick<DataConfig, 'axis' | 'context' | 'edge' | 'normalization'>;

/**
 * Reads cases when they are asked for and keeps the most recently used within a limit of memory.
 */
export class CaseStore {
  readonly #data: DataConfig;
  readonly #classes: number;
  readonly #loaded = new Map<string, LoadedCase>();

  constructor(data: DataConfig, classes: number) {
    this.#data = data;
    this.#classes = classes;
  }

  /**
   * The case with its samples.
   *
   * @throws Error naming the file, if image or mask cannot be read or do not belong together.
   */
  async load(one: Case): Promise<LoadedCase> {
    const known = this.#loaded.get(one.id);
    const loaded = known ?? (await readCase(one, this.#data, this.#classes));
    this.#loaded.delete(one.id);
    this.#loaded.set(one.id, loaded);
    this.#forgetOldest();
    return loaded;
  }

  #forgetOldest(): void {
    const limit = this.#data.cacheMegabytes * 2 ** 20;
    let used = 0;
    for (const [id, { image, mask }] of [...this.#loaded].reverse()) {
      const isNewest = used === 0;
      used += image.voxels.data.byteLength + mask.voxels.data.byteLength;
      if (used > limit && !isNewest) this.#loaded.delete(id);
    }
  }
}

async function readCase(one: Case, data: DataConfig, classes: number): Promise<LoadedCase> {
  const rawImage = await readImageFile(one.image);
  const rawMask = await readMaskFile(one.mask);
  const channels = 2 * data.context + 1;
  const flat = isFlatCase(one, rawImage, rawMask, channels);
  checkSameShape(one, rawImage, rawMask, flat);
  if (!flat) checkSameGrid(one, rawImage, rawMask);
  if (flat && data.axis !== 0) {
    throw new RangeError(
      `data.axis: must be 0 for 2-D images such as '${one.image}', got ${data.axis}`,
    );
  }
  const { image, mask } = atSize(
    { image: asFloat32(rawImage), mask: asLabels(rawMask, classes, one) },
    data,
  );
  return {
    flat,
    image,
    mask,
    samples: flat ? [flatSample(one, image, mask, channels)] : samplesOf(image, data, one, mask),
    normalization: normalizationFor(image, data.normalization, channels, one.id),
  };
}

/** Whether the slices of the image are the channels of one sample. */
function isFlatCase(
  { image: path }: Case,
  { voxels: image }: Volume,
  { voxels: mask }: Volume,
  channels: number,
): boolean {
  return isFlatImage(path) || (mask.shape[0] === 1 && image.shape[0] === channels);
}

function flatSample(
  { id, group }: Case,
  image: Volume<Float32Array>,
  { voxels }: Volume<Uint8Array>,
  channels: number,
): Sample {
  return { id, group, image: flatImage(image, channels, id), mask: voxels.pick(0, null, null) };
}

function atSize(
  { image, mask }: Pick<LoadedCase, 'image' | 'mask'>,
  { axis, size }: DataConfig,
): Pick<LoadedCase, 'image' | 'mask'> {
  if (size === undefined) return { image, mask };
  return {
    image: resizeImagePlanes(image, axis, size),
    mask: resizeMaskPlanes(mask, axis, size),
  };
}

/** The 2.5D samples of a volume, as views. */
export function samplesOf(
  image: Volume<Float32Array>,
  { axis, context, edge }: SliceSettings,
  { id, group }: { readonly id: string; readonly group: string },
  label?: Volume<Uint8Array>,
): readonly Sample[] {
  const samples = slices25d(image, {
    axis,
    context,
    edge,
    id,
    group,
    ...(label === undefined ? {} : { label }),
  });
  return [...samples];
}

/** The volume with its voxels as float32, in C order. */
export function asFloat32(volume: Volume): Volume<Float32Array> {
  const { voxels } = volume;
  if (voxels.data instanceof Float32Array) return volume as Volume<Float32Array>;
  const data = Float32Array.from(voxels.data);
  return { ...volume, voxels: ndarray(data, voxels.shape, voxels.stride, voxels.offset) };
}

/**
 * The volume as labels. For two classes every nonzero value is the target, so masks of 0 and 255
 * serve too.
 */
export function asLabels(
  volume: Volume,
  classes: number,
  { id, mask: path }: Pick<Case, 'id' | 'mask'>,
): Volume<Uint8Array> {
  const { voxels } = volume;
  const labels = new Uint8Array(voxels.data.length);
  for (let i = 0; i < labels.length; i++) {
    const value = voxels.data[i]!;
    if (classes === 2 && Number.isFinite(value)) {
      labels[i] = value === 0 ? 0 : 1;
    } else if (Number.isInteger(value) && value >= 0 && value < classes) {
      labels[i] = value;
    } else {
      throw new RangeError(
        `case '${id}': the mask '${path}' must hold whole numbers from 0 to ${classes - 1}, got ${value}; raise \`model.classes\` or renumber the labels`,
      );
    }
  }
  return { ...volume, voxels: ndarray(labels, voxels.shape, voxels.stride, voxels.offset) };
}

function checkSameShape(one: Case, image: Volume, mask: Volume, flat: boolean): void {
  const [slices, ...plane] = image.voxels.shape;
  const expected = [flat ? 1 : slices, ...plane];
  const { shape } = mask.voxels;
  if (expected.join() === shape.join()) return;
  throw new RangeError(
    `case '${one.id}': the mask '${one.mask}' must have the image's shape [${expected.join(', ')}], got [${shape.join(', ')}]; is it the mask of another image, or of the image before resampling?`,
  );
}

/** Mask and image lie on one grid if no corner differs by more than half a voxel. */
function checkSameGrid(one: Case, image: Volume, mask: Volume): void {
  const away = gridShift(image, mask);
  if (away > 0) {
    throw new RangeError(
      `case '${one.id}': the mask '${one.mask}' must lie where the image lies, but its header places voxels up to ${away.toFixed(1)} mm elsewhere; resample it, or copy the image's geometry into it if only the header is wrong`,
    );
  }
}
