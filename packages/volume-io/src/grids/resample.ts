import type { NdArray } from 'ndarray';
import { movedAffine, type Spacing } from '../geometry/affine.ts';
import { onGrid } from '../volume/create-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import { emptyLike, type VoxelArray } from '../voxels/voxel-arrays.ts';

export interface ResampleOptions {
  /**
   * `linear` between the eight nearest voxels, or the `nearest` voxel, as labels need it.
   * @default 'linear'
   */
  readonly interpolation?: 'linear' | 'nearest';
}

/** What lies on either side of a sampled place along one axis. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Weight of `high`. */
  readonly part: Float64Array;
}

/**
 * Samples a volume at another spacing. The new grid covers the same box of space (the outer faces of
 * the outermost voxels; to a fraction of a voxel where the spacing does not divide it), its
 * direction is the same, and places beyond the outermost voxels' centres take those voxels' values.
 * Voxels keep their type: linear values are rounded (half up) in integer types.
 * @param spacing mm, `[slice, row, column]`
 * @throws {RangeError} if a distance is not positive or the result would be too large
 */
export function resample<T extends VoxelArray>(
  volume: Volume<T>,
  spacing: Spacing,
  options: ResampleOptions = {},
): Volume<T> {
  checkVolume('resample', volume);
  const { interpolation = 'linear' } = options;
  if (interpolation !== 'linear' && interpolation !== 'nearest') {
    throw new RangeError(
      `\`resample\`: \`interpolation\` must be 'linear' or 'nearest', got ${String(interpolation)}`,
    );
  }
  if (spacing.length !== 3 || !spacing.every((step) => step > 0 && Number.isFinite(step))) {
    throw new RangeError(
      `\`resample\`: spacing must be three positive distances in mm, got [${spacing.join(', ')}]`,
    );
  }
  const { voxels } = volume;
  const ratios = spacing.map((step, i) => step / volume.spacing[i]!);
  // Lengths of the affine's columns are rounded, so half a voxel may come as a little less.
  const shape = voxels.shape.map((length, i) =>
    Math.max(1, Math.floor(length / ratios[i]! + 0.5 + 1e-6)),
  );
  const size = shape.reduce((product, length) => product * length, 1);
  if (!(size <= 2 ** 31)) {
    throw new RangeError(
      `\`resample\`: the result must have at most 2147483648 voxels, got ${shape.join('×')}; choose a larger spacing`,
    );
  }
  // Voxel i of the new grid lies at (i + ½) · ratio − ½ of the old one, centred where it does not fit.
  const starts = ratios.map(
    (ratio, i) => (voxels.shape[i]! - shape[i]! * ratio) / 2 + ratio / 2 - 0.5,
  );
  const places = shape.map((length, i) =>
    Float64Array.from({ length }, (_, k) => starts[i]! + k * ratios[i]!),
  );
  const [rz, ry, rx] = ratios as [number, number, number];
  const [z, y, x] = starts as [number, number, number];
  const affine = movedAffine(volume.affine, [rx, 0, 0, x, 0, ry, 0, y, 0, 0, rz, z, 0, 0, 0, 1]);
  const sampled = emptyLike(voxels.data, shape);
  if (interpolation === 'nearest') sampleNearest(voxels, sampled, places);
  else sampleLinear(voxels, sampled, places);
  return onGrid(sampled, affine);
}

function sampleNearest<T extends VoxelArray>(
  from: NdArray<T>,
  to: NdArray<T>,
  places: readonly Float64Array[],
): void {
  const [zs, ys, xs] = places.map((at, axis) =>
    Int32Array.from(at, (place) => {
      const nearest = Math.min(from.shape[axis]! - 1, Math.max(0, Math.floor(place + 0.5 + 1e-6)));
      return nearest * from.stride[axis]!;
    }),
  ) as [Int32Array, Int32Array, Int32Array];
  let at = 0;
  for (const z of zs) {
    for (const y of ys) {
      for (const x of xs) to.data[at++] = from.data[from.offset + z + y + x]!;
    }
  }
}

function sampleLinear<T extends VoxelArray>(
  from: NdArray<T>,
  to: NdArray<T>,
  places: readonly Float64Array[],
): void {
  const [tz, ty, tx] = places.map((at, axis) =>
    tapsOf(at, from.shape[axis]!, from.stride[axis]!),
  ) as [Taps, Taps, Taps];
  const isFloat = to.data instanceof Float32Array || to.data instanceof Float64Array;
  const { data, offset } = from;
  const [depth, height, width] = to.shape as [number, number, number];
  let at = 0;
  for (let z = 0; z < depth; z++) {
    const [z0, z1, fz] = [offset + tz.low[z]!, offset + tz.high[z]!, tz.part[z]!];
    for (let y = 0; y < height; y++) {
      const [y0, y1, fy] = [ty.low[y]!, ty.high[y]!, ty.part[y]!];
      for (let x = 0; x < width; x++) {
        const [x0, x1, fx] = [tx.low[x]!, tx.high[x]!, tx.part[x]!];
        const near = mix(
          mix(data[z0 + y0 + x0]!, data[z0 + y0 + x1]!, fx),
          mix(data[z0 + y1 + x0]!, data[z0 + y1 + x1]!, fx),
          fy,
        );
        const far = mix(
          mix(data[z1 + y0 + x0]!, data[z1 + y0 + x1]!, fx),
          mix(data[z1 + y1 + x0]!, data[z1 + y1 + x1]!, fx),
          fy,
        );
        const value = mix(near, far, fz);
        to.data[at++] = isFloat ? value : Math.floor(value + 0.5);
      }
    }
  }
}

/** Where all of the weight is on one side, the other does not count, even if it is no number. */
function mix(a: number, b: number, part: number): number {
  if (part === 0) return a;
  return a + part * (b - a);
}

function tapsOf(places: Float64Array, length: number, stride: number): Taps {
  const low = new Int32Array(places.length);
  const high = new Int32Array(places.length);
  const part = new Float64Array(places.length);
  for (const [i, place] of places.entries()) {
    const clamped = Math.min(length - 1, Math.max(0, place));
    const floor = Math.floor(clamped);
    low[i] = floor * stride;
    high[i] = Math.min(length - 1, floor + 1) * stride;
    part[i] = clamped - floor;
  }
  return { low, high, part };
}
