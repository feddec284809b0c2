import type { Volume } from './volume.ts';

/** Throws unless the value has the parts of a `Volume` with consistent lengths. */
export function checkVolume(subject: string, volume: Volume): void {
  const { voxels, spacing, affine } = volume;
  const { shape } = voxels;
  if (shape.length !== 3 || shape.some((length) => length < 1)) {
    throw new RangeError(
      `\`${subject}\`: voxels must have shape [slice, row, column] without empty axes, got [${shape.join(', ')}]`,
    );
  }
  if (spacing.length !== 3 || !spacing.every((step) => step > 0 && Number.isFinite(step))) {
    throw new RangeError(
      `\`${subject}\`: spacing must be three positive distances in mm, got [${spacing.join(', ')}]`,
    );
  }
  if (affine.length !== 16 || !affine.every(Number.isFinite)) {
    throw new RangeError(
      `\`${subject}\`: affine must be 16 finite numbers, row by row, got [${affine.join(', ')}]`,
    );
  }
}
