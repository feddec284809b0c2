import { worldAt } from '../geometry/affine.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';

/** What errors about two grids say. */
export interface GridWords {
  /** What the volume is called. @default 'the volume' */
  readonly subject?: string;
  /** What the volume is called that has the right grid. @default 'the reference' */
  readonly reference?: string;
  /** What to do. @default to resample, or to mend the header */
  readonly remedy?: string;
}

/**
 * How far apart two grids of one shape place their voxels: the largest distance between the same
 * corner voxels, in mm. No voxel inside is farther apart.
 * @throws {RangeError} if the shapes differ
 */
export function gridDistance(one: Volume, other: Volume): number {
  const { shape } = one.voxels;
  if (shape.join() !== other.voxels.shape.join()) {
    throw new RangeError(
      `\`gridDistance\`: the volumes must have one shape, got [${shape.join(', ')}] and [${other.voxels.shape.join(', ')}]; resample one to the grid of the other`,
    );
  }
  const [slices, rows, columns] = shape.map((length) => [0, length - 1]) as [
    [number, number],
    [number, number],
    [number, number],
  ];
  let largest = 0;
  for (const slice of slices) {
    for (const row of rows) {
      for (const column of columns) {
        const [x, y, z] = worldAt(one.affine, [column, row, slice]);
        const [ox, oy, oz] = worldAt(other.affine, [column, row, slice]);
        largest = Math.max(largest, Math.hypot(x - ox, y - oy, z - oz));
      }
    }
  }
  return largest;
}

/**
 * Checks that a volume lies on the grid of another: the same shape, and every corner voxel within
 * half of the smallest spacing of `reference` of its place there, which headers differ by.
 * @throws {RangeError} if it does not, naming the subject, and the shapes or the distance in mm
 */
export function checkSameGrid(one: Volume, reference: Volume, words: GridWords = {}): void {
  checkVolume('checkSameGrid', one);
  checkVolume('checkSameGrid', reference);
  if (one.voxels.shape.join() !== reference.voxels.shape.join()) {
    throw anotherShape(one, reference, words);
  }
  const distance = gridDistance(one, reference);
  if (!isSamePlace(distance, reference)) throw anotherPlace(distance, words);
}

/** Whether voxels that far away, in mm, count as being in the place of those of `reference`. */
export function isSamePlace(distance: number, reference: Volume): boolean {
  return distance <= Math.min(...reference.spacing) / 2;
}

/** The error that a volume has not the shape of `reference`. */
export function anotherShape(one: Volume, reference: Volume, words: GridWords): RangeError {
  const { subject = 'the volume', reference: name = 'the reference' } = words;
  const {
    remedy = 'it is of another image, or of this one before resampling: resample it to that grid',
  } = words;
  return new RangeError(
    `${subject} must have the shape of ${name}, [${reference.voxels.shape.join(', ')}], got [${one.voxels.shape.join(', ')}]; ${remedy}`,
  );
}

/** The error that a volume lies elsewhere, by a distance in mm. */
export function anotherPlace(distance: number, words: GridWords): RangeError {
  const { subject = 'the volume', reference = 'the reference' } = words;
  const {
    remedy = `resample it to that grid, or copy the geometry of ${reference} into it if only its header is wrong`,
  } = words;
  const away = distance < 1 ? distance.toPrecision(2) : distance.toFixed(1);
  return new RangeError(
    `${subject} must lie where ${reference} lies, but its header places voxels up to ${away} mm elsewhere; ${remedy}`,
  );
}
