import { type NdArray, ndarray } from '@sts-net/views';
import { resampleOnto, type Volume, worldAt } from '@sts-net/volume-io';
import type { PreprocessedImage } from '../preprocessing/preprocess.ts';
import { fullPreprocessing, type Preprocessing } from '../preprocessing/preprocessing.ts';
import { firstSlice, gridOf, ownAxes } from '../preprocessing/spatial.ts';
import { valuesOf } from '../preprocessing/values-of.ts';
import type { CreateStore, NumberStore } from './number-store.ts';
import type { Probabilities } from './predict-samples.ts';
import type { SlabSource } from './slab-source.ts';

/** What an image was when the network saw it, and where it came from. */
export interface SeenImage {
  readonly input: Pick<PreprocessedImage, 'images' | 'flat' | 'grid' | 'samples'>;
  readonly preprocessing: Preprocessing;
  /** The image itself, where its header is to be kept. @default the grid of `input` */
  readonly like?: Volume | undefined;
}

/** What is said of each pixel of a plane. */
export interface PlaneDepth {
  /** Background included. */
  readonly classes: number;
  /** Networks whose mean it is; their mean entropy then comes after the classes. */
  readonly members: number;
}

/**
 * What a network says of the samples of an image, kept plane by plane, and read on the grid that the image
 * came with, some slices at a time: linearly between the voxels that the network saw.
 */
export class KeptPlanes implements SlabSource {
  readonly like: Volume<Uint8Array>;
  readonly classes: number;
  readonly members: number;
  /** The grid that the network saw. */
  readonly #seen: Volume<Uint8Array>;
  /** Its axis that samples cut across, and the first slice of it that has a sample. */
  readonly #axis: 0 | 1 | 2;
  readonly #first: number;
  /** Its axis along the slices of `like`; planes that hold it are kept with it first. */
  readonly #along: number;
  readonly #isSame: boolean;
  readonly #samples: number;
  readonly #depth: number;
  readonly #store: NumberStore;
  #added = 0;

  constructor(
    { input, preprocessing, like = input.grid }: SeenImage,
    { classes, members }: PlaneDepth,
    createStore: CreateStore,
  ) {
    const { images, flat, samples } = input;
    const { axis, context, edge } = fullPreprocessing(preprocessing);
    this.like = { ...like, voxels: gridOf(like, false).voxels };
    this.#seen = gridOf(flat ? firstSlice(images[0]) : images[0], false);
    this.#isSame = isSameGrid(this.#seen, like);
    this.#axis = flat ? 0 : axis;
    this.#along = this.#isSame ? 0 : ownAxes(like, this.#seen).indexOf(0);
    const slices = this.#seen.voxels.shape[this.#axis]!;
    this.#first = edge === 'drop' && !flat ? Math.min(context, slices) : 0;
    this.classes = classes;
    this.members = members;
    this.#depth = members > 1 ? classes + 1 : classes;
    this.#samples = samples.length;
    this.#store = createStore(samples.length * this.#depth * this.#planeSize);
  }

  /** Keeps what is said of the next sample, `[row, column, class]`. */
  add({ data, shape, stride, offset }: Probabilities): void {
    const order = this.#planeAxes[0] > this.#planeAxes[1] ? [1, 0] : [0, 1];
    const [lines, length] = order.map((axis) => shape[axis]!) as [number, number];
    const [lineStride, step] = order.map((axis) => stride[axis]!) as [number, number];
    const plane = new Float32Array(this.#depth * this.#planeSize);
    let to = 0;
    for (let c = 0; c < this.#depth; c++) {
      for (let line = 0; line < lines; line++) {
        let from = offset + c * stride[2]! + line * lineStride;
        for (let i = 0; i < length; i++, from += step) plane[to++] = data[from]!;
      }
    }
    this.#store.write(this.#added++ * plane.length, plane);
  }

  /** See `SlabSource`. */
  slab(channel: number, first: number, count: number): Float32Array {
    if (this.#isSame) return valuesOf(this.#box(channel, first, first + count));
    const { affine, voxels, spacing } = this.like;
    const [, rows, columns] = voxels.shape as [number, number, number];
    const shape = [count, rows, columns];
    const grid = ndarray(new Uint8Array(1), shape, [0, 0, 0]);
    const target = { voxels: grid, spacing, affine: movedAlong(affine, 0, first) };
    const ends = [0, count - 1].map((slice) => this.#placeOf(target.affine, slice));
    const length = this.#seen.voxels.shape[this.#along]!;
    const within = (place: number) => Math.min(length, Math.max(0, place));
    // One more voxel on either side than linear weights touch: affines are rounded.
    const low = Math.min(within(Math.floor(Math.min(...ends)) - 1), length - 1);
    const high = Math.max(within(Math.ceil(Math.max(...ends)) + 2), low + 1);
    const part: Volume<Float32Array> = {
      voxels: this.#box(channel, low, high),
      spacing: this.#seen.spacing,
      affine: movedAlong(this.#seen.affine, this.#along, low),
    };
    return resampleOnto(part, target).voxels.data;
  }

  release(): void {
    this.#store.release();
  }

  /** The axes of the grid that a plane has, in the order in which it is kept. */
  get #planeAxes(): [number, number] {
    const others = [0, 1, 2].filter((axis) => axis !== this.#axis) as [number, number];
    return others[1] === this.#along ? [others[1], others[0]] : others;
  }

  get #planeSize(): number {
    return this.#planeAxes.reduce((size, axis) => size * this.#seen.voxels.shape[axis]!, 1);
  }

  /** A part of what the network saw, from `low` to before `high` along the slices of `like`. */
  #box(channel: number, low: number, high: number): NdArray<Float32Array> {
    const { shape } = this.#seen.voxels;
    const across = this.#along === this.#axis;
    const [from, to] = across ? [low, high] : [0, shape[this.#axis]!];
    const [lines, length] = this.#planeAxes.map((axis) => shape[axis]!) as [number, number];
    const [line, count] = across ? [0, lines] : [low, high - low];
    const size = count * length;
    const data = new Float32Array((to - from) * size);
    for (let slice = from; slice < to; slice++) {
      const sample = slice - this.#first;
      const start = (slice - from) * size;
      if (sample >= 0 && sample < this.#samples) {
        const at = (sample * this.#depth + channel) * this.#planeSize + line * length;
        data.set(this.#store.read(at, size), start);
      } else if (channel === 0) {
        // What was not looked at is background.
        data.fill(1, start, start + size);
      }
    }
    const order = [this.#axis, ...this.#planeAxes];
    return ndarray(data, [to - from, count, length]).transpose(
      ...[0, 1, 2].map((axis) => order.indexOf(axis)),
    );
  }

  /** Where the first voxel of a slice lies along the axis `#along`; all others of the slice lie there too. */
  #placeOf(affine: readonly number[], slice: number): number {
    const world = worldAt(affine, [0, 0, slice]);
    const columns = [0, 1, 2].map((c) => [0, 4, 8].map((r) => this.#seen.affine[r + c]!));
    const way = world.map((x, r) => x - this.#seen.affine[4 * r + 3]!);
    const replaced = columns.map((column, c) => (c === 2 - this.#along ? way : column));
    return determinant(replaced) / determinant(columns);
  }
}

function determinant([a, b, c]: readonly (readonly number[])[]): number {
  const [ax, ay, az] = a as [number, number, number];
  const [bx, by, bz] = b as [number, number, number];
  const [cx, cy, cz] = c as [number, number, number];
  return ax * (by * cz - bz * cy) + bx * (cy * az - cz * ay) + cx * (ay * bz - az * by);
}

/** The affine of a grid that begins `steps` voxels later along an axis. */
function movedAlong(affine: readonly number[], axis: number, steps: number): readonly number[] {
  const moved = [...affine];
  for (const row of [0, 4, 8]) moved[row + 3]! += steps * affine[row + 2 - axis]!;
  return moved;
}

function isSameGrid(one: Volume, other: Volume): boolean {
  const { shape } = other.voxels;
  return (
    one.voxels.shape.every((length, i) => length === shape[i]) &&
    one.affine.every((number, i) => number === other.affine[i])
  );
}
