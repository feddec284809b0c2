import type { NdArray } from '@sts-net/views';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';

export type Interpolation = 'linear' | 'nearest';

/** @throws {RangeError} naming the function, if it is no way to interpolate */
export function checkInterpolation(subject: string, interpolation: Interpolation): void {
  if (interpolation === 'linear' || interpolation === 'nearest') return;
  throw new RangeError(
    `\`${subject}\`: \`interpolation\` must be 'linear' or 'nearest', got ${String(interpolation)}`,
  );
}

/**
 * Samples voxels at the places of a grid whose axes are those of the voxels, into an array in C order.
 * Places beyond the outermost voxels' centres take those voxels' values; linear values are rounded
 * (half up) in integer types.
 * @param places voxels, not rounded, along each axis
 */
export function sampleAlong<T extends VoxelArray>(
  from: NdArray<T>,
  to: NdArray<T>,
  places: readonly Float64Array[],
  interpolation: Interpolation,
): void {
  if (interpolation === 'nearest') sampleNearest(from, to, places);
  else sampleLinear(from, to, places);
}

/** What lies on either side of a sampled place along one axis. */
interface Taps {
  readonly low: Int32Array;
  readonly high: Int32Array;
  /** Weight of `high`. */
  readonly part: Float64Array;
}

/** The voxel in which a place lies, and the later one where it lies between two. */
export function nearestTo(place: number, length: number): number {
  return Math.min(length - 1, Math.max(0, Math.floor(place + 0.5 + 1e-6)));
}

function sampleNearest<T extends VoxelArray>(
  from: NdArray<T>,
  to: NdArray<T>,
  places: readonly Float64Array[],
): void {
  const [zs, ys, xs] = places.map((at, axis) =>
    Int32Array.from(at, (place) => {
      return nearestTo(place, from.shape[axis]!) * from.stride[axis]!;
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
export function mix(a: number, b: number, part: number): number {
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
