import { cross, dot, type Vector } from './vectors.ts';

/** Distances between neighbouring voxels in mm, in the order of the voxel axes. */
export type Spacing = readonly [slice: number, row: number, column: number];

/** The step in world mm from a voxel to the next along column (0), row (1) or slice (2). */
export function stepOf(affine: readonly number[], axis: number): Vector {
  return [affine[axis]!, affine[4 + axis]!, affine[8 + axis]!];
}

/** The lengths of the affine's steps. */
export function spacingOf(affine: readonly number[]): Spacing {
  const length = (axis: number) => Math.hypot(...stepOf(affine, axis));
  return [length(2), length(1), length(0)];
}

/** Determinant of the 3×3 part divided by its columns' lengths: 1 or −1 for a rotation. */
export function relativeDeterminant(affine: readonly number[]): number {
  const [x, y, z] = [stepOf(affine, 0), stepOf(affine, 1), stepOf(affine, 2)];
  const lengths = Math.hypot(...x) * Math.hypot(...y) * Math.hypot(...z);
  return lengths > 0 ? dot(x, cross(y, z)) / lengths : 0;
}

/** The affine of a grid whose voxel (column, row, slice) is the old grid's voxel `matrix · voxel`. */
export function movedAffine(affine: readonly number[], matrix: readonly number[]): number[] {
  const moved: number[] = [];
  for (let r = 0; r < 4; r++) {
    for (let c = 0; c < 4; c++) {
      let sum = 0;
      for (let k = 0; k < 4; k++) sum += affine[4 * r + k]! * matrix[4 * k + c]!;
      // No −0, which would compare unequal.
      moved.push(sum + 0);
    }
  }
  return moved;
}

/** Steps along column, row and slice that make a world vector. */
export function stepsAlong(affine: readonly number[], vector: Vector): Vector {
  const [x, y, z] = [stepOf(affine, 0), stepOf(affine, 1), stepOf(affine, 2)];
  const volume = dot(x, cross(y, z));
  return [
    dot(vector, cross(y, z)) / volume,
    dot(vector, cross(z, x)) / volume,
    dot(vector, cross(x, y)) / volume,
  ];
}

/** The world point in mm at a column, row and slice. */
export function worldAt(affine: readonly number[], [column, row, slice]: Vector): Vector {
  const along = (r: number) =>
    affine[r]! * column + affine[r + 1]! * row + affine[r + 2]! * slice + affine[r + 3]!;
  return [along(0), along(4), along(8)];
}

/** Column, row and slice, not rounded, at a patient's LPS point in mm. */
export function voxelAt(affine: readonly number[], [x, y, z]: Vector): Vector {
  return stepsAlong(affine, [-x - affine[3]!, -y - affine[7]!, z - affine[11]!]);
}
