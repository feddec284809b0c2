import type { NdArray } from '@sts-net/views';
import { stepOf, stepsAlong, worldAt } from '../geometry/affine.ts';
import type { Vector } from '../geometry/vectors.ts';
import { likeVolume } from '../volume/like-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import { emptyLike, type VoxelArray } from '../voxels/voxel-arrays.ts';
import type { ResampleOptions } from './resample.ts';
import { checkInterpolation, mix, nearestTo, sampleAlong } from './sample-lines.ts';

export interface ResampleOntoOptions extends ResampleOptions {
  /**
   * What voxels hold whose centres lie outside of the volume, beyond the outer faces of its outermost
   * voxels. @default the value of the nearest voxel
   */
  readonly outside?: number | undefined;
}

/** In voxels: what rounding in affines may amount to over a whole axis. */
const rounding = 1e-4;

/** Where a grid's voxels lie in another volume: voxel (slice, row, column) at `start + steps · voxel`. */
interface Placement {
  /** `[slice, row, column]` of the other volume, not rounded. */
  readonly start: readonly number[];
  /** For each axis of the grid the way of one step, `[slice, row, column]` of the other volume. */
  readonly steps: readonly (readonly number[])[];
}

/**
 * Samples a volume at the places of another's voxels, whatever the order, direction, spacing and tilt
 * of the two grids. Voxels keep their type: linear values are rounded (half up) in integer types. Where
 * there is no volume between the outermost voxels' centres and their outer faces, their values are
 * taken, as ITK does.
 * @returns on the grid of `like`, as `likeVolume` keeps it; voxels in C order in an array of their own
 * @throws {RangeError} if `interpolation` is no way to interpolate
 */
export function resampleOnto<T extends VoxelArray>(
  volume: Volume<T>,
  like: Volume,
  { interpolation = 'linear', outside }: ResampleOntoOptions = {},
): Volume<T> {
  checkVolume('resampleOnto', volume);
  checkVolume('resampleOnto', like);
  checkInterpolation('resampleOnto', interpolation);
  const { voxels } = volume;
  const sampled = emptyLike(voxels.data, like.voxels.shape);
  const placement = placementOf(volume, like);
  const order = axisOrder(placement, like.voxels.shape);
  if (order === undefined) {
    sampleTilted(voxels, sampled, placement, { interpolation, outside });
    return likeVolume(like, sampled);
  }
  const { start, steps } = placement;
  const places = order.map((axis, i) =>
    Float64Array.from({ length: sampled.shape[i]! }, (_, k) =>
      snapped(start[axis]! + k * steps[i]![axis]!),
    ),
  );
  const from = voxels.transpose(...order) as NdArray<T>;
  sampleAlong(from, sampled, places, interpolation);
  if (outside !== undefined) fillOutside(sampled, places, from.shape, outside);
  return likeVolume(like, sampled);
}

function placementOf({ affine }: Volume, like: Volume): Placement {
  const [x, y, z] = worldAt(like.affine, [0, 0, 0]);
  const from: Vector = [x - affine[3]!, y - affine[7]!, z - affine[11]!];
  const inVolume = (world: Vector) => [...stepsAlong(affine, world)].reverse();
  return {
    start: inVolume(from),
    steps: [2, 1, 0].map((axis) => inVolume(stepOf(like.affine, axis))),
  };
}

/** The volume's axis that each of the grid's runs along; undefined where one is tilted against them. */
function axisOrder({ steps }: Placement, shape: readonly number[]): number[] | undefined {
  const order = steps.map((step) => {
    const sizes = step.map(Math.abs);
    return sizes.indexOf(Math.max(...sizes));
  });
  const isStraight = steps.every((step, i) =>
    step.every((way, axis) => axis === order[i] || Math.abs(way) * (shape[i]! - 1) <= rounding),
  );
  return isStraight && new Set(order).size === 3 ? order : undefined;
}

/** Whole voxels are themselves, whatever rounding did to the affines. */
function snapped(place: number): number {
  const whole = Math.round(place);
  return Math.abs(place - whole) <= rounding ? whole : place;
}

function isOutside(place: number, length: number): boolean {
  return place < -0.5 - rounding || place > length - 0.5 + rounding;
}

function fillOutside<T extends VoxelArray>(
  { data, shape }: NdArray<T>,
  places: readonly Float64Array[],
  lengths: readonly number[],
  value: number,
): void {
  const [rowOut, columnOut, sliceOut] = [1, 2, 0].map((axis) =>
    Array.from(places[axis]!, (place) => isOutside(place, lengths[axis]!)),
  ) as [boolean[], boolean[], boolean[]];
  const [, rows, columns] = shape as [number, number, number];
  for (let i = 0; i < data.length; i += columns) {
    const line = i / columns;
    if (sliceOut[Math.floor(line / rows)] || rowOut[line % rows]) {
      data.fill(value, i, i + columns);
    } else {
      for (let column = 0; column < columns; column++) {
        if (columnOut[column]) data[i + column] = value;
      }
    }
  }
}

/** Voxel by voxel, since no line of the grid stays on one of the volume. */
function sampleTilted<T extends VoxelArray>(
  { data, shape, stride, offset }: NdArray<T>,
  to: NdArray<T>,
  { start, steps }: Placement,
  { interpolation = 'linear', outside }: ResampleOntoOptions,
): void {
  const isFloat = data instanceof Float32Array || data instanceof Float64Array;
  const [depth, height, width] = to.shape as [number, number, number];
  const low = [0, 0, 0];
  const next = [0, 0, 0];
  const part = [0, 0, 0];
  const valueAt = (corner: number) => {
    let at = offset;
    for (let axis = 0; axis < 3; axis++) {
      at += low[axis]! + ((corner >> axis) & 1 ? next[axis]! : 0);
    }
    return data[at]!;
  };
  let index = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < width; x++, index++) {
        let beyond = false;
        for (let axis = 0; axis < 3; axis++) {
          const length = shape[axis]!;
          const place = snapped(
            start[axis]! + z * steps[0]![axis]! + y * steps[1]![axis]! + x * steps[2]![axis]!,
          );
          beyond ||= isOutside(place, length);
          const within = Math.min(length - 1, Math.max(0, place));
          const floor = interpolation === 'nearest' ? nearestTo(place, length) : Math.floor(within);
          low[axis] = floor * stride[axis]!;
          next[axis] = floor + 1 < length ? stride[axis]! : 0;
          part[axis] = interpolation === 'nearest' ? 0 : within - floor;
        }
        if (beyond && outside !== undefined) {
          to.data[index] = outside;
          continue;
        }
        const line = (corner: number) => mix(valueAt(corner), valueAt(corner + 4), part[2]!);
        const near = mix(line(0), line(2), part[1]!);
        const value = part[0] === 0 ? near : mix(near, mix(line(1), line(3), part[1]!), part[0]!);
        to.data[index] = isFloat ? value : Math.floor(value + 0.5);
      }
    }
  }
}
