import { readVolume, type Sample, slices25d, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import type { DataConfig } from '../config/data-config.ts';
import type { Case } from './case.ts';
import { gridDistance } from './grid-distance.ts';
import { type Normalization, normalizationFor } from './normalization.ts';

/** A case in memory. */
export interface LoadedCase {
  readonly image: Volume<Float32Array>;
  /** Labels 0 … classes − 1. */
  readonly mask: Volume<Uint8Array>;
  /** One for each slice (without the outer ones for the edge rule `drop`): views into the volumes. */
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
  const image = asFloat32(await readVolume(one.image));
  const rawMask = await readVolume(one.mask);
  const [imageShape, maskShape] = [image.voxels.shape, rawMask.voxels.shape];
  if (imageShape.join() !== maskShape.join()) {
    throw new RangeError(
      `case '${one.id}': the mask '${one.mask}' must have the image's shape [${imageShape.join(', ')}], got [${maskShape.join(', ')}]; is it the mask of another image, or of the image before resampling?`,
    );
  }
  checkSameGrid(one, image, rawMask);
  const mask = asLabels(rawMask, classes, one);
  return {
    image,
    mask,
    samples: samplesOf(image, data, one, mask),
    normalization: normalizationFor(image, data.normalization, 2 * data.context + 1, one.id),
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

/** Mask and image lie on one grid if no corner differs by more than half a voxel. */
function checkSameGrid(one: Case, image: Volume, mask: Volume): void {
  const away = gridDistance(image, mask);
  if (away > Math.min(...image.spacing) / 2) {
    throw new RangeError(
      `case '${one.id}': the mask '${one.mask}' must lie where the image lies, but its header places voxels up to ${away.toFixed(1)} mm elsewhere; resample it, or copy the image's geometry into it if only the header is wrong`,
    );
  }
}
