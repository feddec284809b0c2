import type { Volume } from './volume.ts';

/**
 * How far apart two grids of one shape place their voxels: the largest distance between the same
 * corner voxels, mm. No voxel inside is farther apart.
 */
export function gridDistance(one: Volume, other: Volume): number {
  const [slices, rows, columns] = one.voxels.shape as [number, number, number];
  let largest = 0;
  for (const slice of [0, slices - 1]) {
    for (const row of [0, rows - 1]) {
      for (const column of [0, columns - 1]) {
        const voxel = [column, row, slice, 1];
        const shift = [0, 1, 2].map((axis) =>
          voxel.reduce((sum, index, i) => {
            const at = 4 * axis + i;
            return sum + index * (one.affine[at]! - other.affine[at]!);
          }, 0),
        );
        largest = Math.max(largest, Math.hypot(...shift));
      }
    }
  }
  return largest;
}

/** How far, in mm, a mask lies from its image; 0 up to half a voxel, which headers differ by. */
export function gridShift(image: Volume, mask: Volume): number {
  const away = gridDistance(image, mask);
  return away > Math.min(...image.spacing) / 2 ? away : 0;
}
