import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import type { Slice } from './slices.ts';

/**
 * Rescaled values of slices, one after the other: in the stored type where nothing is rescaled, in
 * integers where only whole numbers are added, else as float32 (float64 for more than 16 bits).
 */
export function realValues(slices: readonly Slice[]): VoxelArray {
  const first = slices[0]!.pixels.data;
  const perSlice = slices[0]!.pixels.size;
  const length = perSlice * slices.length;
  const isStored = slices.every(({ slope, intercept, pixels }) => {
    return slope === 1 && intercept === 0 && pixels.data.constructor === first.constructor;
  });
  const values = isStored
    ? new (first.constructor as new (length: number) => VoxelArray)(length)
    : emptyFor(slices, length);
  for (const [i, { pixels, slope, intercept }] of slices.entries()) {
    const { data, offset } = pixels;
    const start = i * perSlice;
    for (let k = 0; k < perSlice; k++) values[start + k] = slope * data[offset + k]! + intercept;
  }
  return values;
}

function emptyFor(slices: readonly Slice[], length: number): VoxelArray {
  let low = 0;
  let high = 0;
  let isWhole = true;
  let isWide = false;
  for (const { slope, intercept, pixels, image } of slices) {
    const isFloat = pixels.data instanceof Float32Array || pixels.data instanceof Float64Array;
    isWhole &&= slope === 1 && Number.isInteger(intercept) && !isFloat;
    isWide ||= image.bitsAllocated > 16;
    low = Math.min(low, intercept - (image.isSigned ? 2 ** (image.bitsStored - 1) : 0));
    high = Math.max(high, intercept + 2 ** (image.bitsStored - (image.isSigned ? 1 : 0)) - 1);
  }
  if (isWhole && low >= -(2 ** 15) && high < 2 ** 15) return new Int16Array(length);
  if (isWhole && low >= -(2 ** 31) && high < 2 ** 31) return new Int32Array(length);
  return isWide ? new Float64Array(length) : new Float32Array(length);
}
