import { movedAffine } from '../geometry/affine.ts';
import { onGrid } from '../volume/create-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import { emptyLike, type VoxelArray } from '../voxels/voxel-arrays.ts';

/** A box of voxels, `[slice, row, column]`. */
export interface VoxelBox {
  /** The first voxel. */
  readonly start: readonly [slice: number, row: number, column: number];
  readonly shape: readonly [slices: number, rows: number, columns: number];
}

/**
 * A part of a volume. No voxel is copied, and each keeps its place in the world.
 * @throws {RangeError} if the box is empty or goes beyond the volume
 */
export function crop<T extends VoxelArray>(volume: Volume<T>, box: VoxelBox): Volume<T> {
  checkVolume('crop', volume);
  const { start, shape } = box;
  const { voxels } = volume;
  const isInside = start.every(
    (from, i) =>
      Number.isInteger(from) &&
      Number.isInteger(shape[i]) &&
      from >= 0 &&
      shape[i]! >= 1 &&
      from + shape[i]! <= voxels.shape[i]!,
  );
  if (!isInside || start.length !== 3 || shape.length !== 3) {
    throw new RangeError(
      `\`crop\`: the box must lie within the volume of shape [${voxels.shape.join(', ')}], got start [${start.join(', ')}] and shape [${shape.join(', ')}]; \`pad\` the volume first`,
    );
  }
  return onGrid(voxels.lo(...start).hi(...shape), shifted(volume.affine, start));
}

export interface PadOptions {
  /** What the new voxels hold. @default 0 */
  readonly value?: number;
}

/**
 * Adds voxels around a volume; the old ones keep their place in the world.
 * @param before voxels to add in front of each axis, `[slice, row, column]`
 * @param after voxels to add behind each axis
 * @throws {RangeError} if a number is negative or no whole number
 */
export function pad<T extends VoxelArray>(
  volume: Volume<T>,
  before: readonly [slice: number, row: number, column: number],
  after: readonly [slice: number, row: number, column: number],
  options: PadOptions = {},
): Volume<T> {
  checkVolume('pad', volume);
  const { value = 0 } = options;
  const amounts = [...before, ...after];
  if (amounts.length !== 6 || !amounts.every((n) => Number.isInteger(n) && n >= 0)) {
    throw new RangeError(
      `\`pad\`: \`before\` and \`after\` must be three whole numbers from 0 each, got [${before.join(', ')}] and [${after.join(', ')}]`,
    );
  }
  const { voxels } = volume;
  const padded = emptyLike(
    voxels.data,
    voxels.shape.map((length, i) => length + before[i]! + after[i]!),
  );
  padded.data.fill(value);
  const [depth, height, width] = voxels.shape as [number, number, number];
  const [s0, s1, s2] = voxels.stride as [number, number, number];
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      let from = voxels.offset + z * s0 + y * s1;
      let to = padded.index(z + before[0], y + before[1], before[2]);
      for (let x = 0; x < width; x++, from += s2) padded.data[to++] = voxels.data[from]!;
    }
  }
  const back = before.map((amount) => 0 - amount) as [number, number, number];
  return onGrid(padded, shifted(volume.affine, back));
}

function shifted(
  affine: readonly number[],
  [slice, row, column]: readonly [number, number, number],
): number[] {
  return movedAffine(affine, [1, 0, 0, column, 0, 1, 0, row, 0, 0, 1, slice, 0, 0, 0, 1]);
}
