import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { relativeDeterminant, type Spacing, spacingOf } from './affine.ts';
import { cross, unit, type Vector } from './vectors.ts';

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
  return { affine: [...rows, 0, 0, 0, 1], spacing: spacingOf(rows) };
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
