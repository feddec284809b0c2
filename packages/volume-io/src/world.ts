import { relativeDeterminant } from './nifti/geometry.ts';
import type { Spacing } from './volume.ts';
import { VolumeFormatError } from './volume-format-error.ts';

export type Vector = readonly [number, number, number];

/** Affine and spacing from the steps along column, row and slice and the first voxel's position. */
export interface WorldGrid {
  readonly spacing: Spacing;
  readonly affine: readonly number[];
}

/**
 * The grid in RAS.
 * @param steps world vectors in mm from a voxel to the next along column, row, slice, in the world
 * that `flips` leads to RAS: [-1, -1, 1] for LPS
 * @throws {VolumeFormatError} if the steps are not finite or lie in one plane
 */
export function worldGrid(
  steps: readonly [Vector, Vector, Vector],
  origin: Vector,
  flips: Vector,
  subject: string,
): WorldGrid {
  const rows = [0, 1, 2].flatMap((r) =>
    [...steps.map((step) => step[r]!), origin[r]!].map((value) => value * flips[r]! + 0),
  );
  if (!rows.every(Number.isFinite) || Math.abs(relativeDeterminant(rows)) < 1e-6) {
    throw new VolumeFormatError(
      `${subject} must be a finite, invertible transform, got steps ${steps.map((step) => `(${step.join(', ')})`).join(' ')} from (${origin.join(', ')}); repair the header`,
    );
  }
  const [dx, dy, dz] = steps.map((step) => Math.hypot(...step)) as [number, number, number];
  return { affine: [...rows, 0, 0, 0, 1], spacing: [dz, dy, dx] };
}

/** Steps completed to three: what is missing is of length 1 and orthogonal to the others. */
export function threeSteps(steps: readonly Vector[]): [Vector, Vector, Vector] {
  const [x, y, z] = steps;
  if (x === undefined) {
    return [
      [1, 0, 0],
      [0, 1, 0],
      [0, 0, 1],
    ];
  }
  if (y === undefined) {
    const smallest = x.map(Math.abs).indexOf(Math.min(...x.map(Math.abs)));
    const axis = [0, 1, 2].map((i) => (i === smallest ? 1 : 0)) as unknown as Vector;
    // For an image along x the others are y and z, as everyone expects.
    const isX = x[1] === 0 && x[2] === 0;
    return threeSteps([x, isX ? [0, 1, 0] : unit(cross(axis, x))]);
  }
  return [x, y, z ?? unit(cross(x, y))];
}

/** The vector product. */
export function cross(a: Vector, b: Vector): Vector {
  return [a[1] * b[2] - a[2] * b[1], a[2] * b[0] - a[0] * b[2], a[0] * b[1] - a[1] * b[0]];
}

export function dot(a: Vector, b: Vector): number {
  return a[0] * b[0] + a[1] * b[1] + a[2] * b[2];
}

/** Steps along column, row and slice that make a world vector. */
export function stepsAlong(affine: readonly number[], vector: Vector): Vector {
  const column = (c: number): Vector => [affine[c]!, affine[4 + c]!, affine[8 + c]!];
  const [x, y, z] = [column(0), column(1), column(2)];
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

function unit(a: Vector): Vector {
  const length = Math.hypot(...a);
  return [a[0] / length, a[1] / length, a[2] / length];
}
