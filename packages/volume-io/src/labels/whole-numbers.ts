import { isNiftiHeader } from '../headers/grid-header.ts';
import type { Volume } from '../volume/volume.ts';
import { inOrder, type VoxelArray } from '../voxels/voxel-arrays.ts';

/** A mask's voxels, and the whole numbers that they stand for. */
export interface WholeNumbers {
  /** In C order, as the mask holds them. */
  readonly values: VoxelArray;
  /** The whole number that a value stands for, `undefined` if it stands for none. */
  readonly wholeOf: (value: number) => number | undefined;
}

/** Values farther than this from a whole number stand for none, however coarse their scale. */
const FARTHEST = 0.05;

/**
 * Reads a mask's voxels as whole numbers. Some files keep labels as scaled integers (nibabel stores
 * floats so: value = slope · stored + intercept) and thus hold not the number but the value nearest
 * to it that they can, at most half a slope away. Where the header states the slope, values so near
 * to a whole number stand for it. Other files were made from such ones and hold what those held; 16
 * bits across 0 … largest value, or across both signs of it, bring it within 1/65534 of the largest.
 * Values that are farther off are fractions: probabilities, soft masks, interpolated labels.
 */
export function wholeNumbers(volume: Volume): WholeNumbers {
  const values = inOrder(volume.voxels);
  const tolerance = toleranceOf(volume, values);
  return {
    values,
    wholeOf(value) {
      const whole = Math.round(value);
      return Math.abs(value - whole) <= tolerance ? whole : undefined;
    },
  };
}

function toleranceOf({ header }: Volume, values: VoxelArray): number {
  if (!(values instanceof Float32Array || values instanceof Float64Array)) return 0;
  let largest = 0;
  for (let i = 0; i < values.length; i++) {
    const size = Math.abs(values[i]!);
    if (size > largest && size !== Number.POSITIVE_INFINITY) largest = size;
  }
  const isScaled = isNiftiHeader(header) && !header.datatype.startsWith('float');
  // The slope is itself rounded, to float32.
  const halfStep = isScaled && header.sclSlope !== 1 ? Math.abs(header.sclSlope) * 0.501 : 0;
  return Math.min(FARTHEST, Math.max(largest / 65534, halfStep));
}
