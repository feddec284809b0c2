import { stepOf } from '../geometry/affine.ts';
import { unit } from '../geometry/vectors.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { AXIS_ORDERS, turnAxes } from './turn-axes.ts';

/** Ends of the body axes, by world axis: towards − and towards +. */
const LETTERS = ['LR', 'PA', 'IS'] as const;

/**
 * Where the axes of a volume lead: for column, row and slice the end of the body (L/R, P/A, I/S)
 * towards which they count up, such as `RAS`. Oblique axes get the nearest.
 */
export function orientationOf({ affine }: Volume): string {
  return axesOf(affine)
    .map(({ world, sign }) => LETTERS[world]![sign > 0 ? 1 : 0])
    .join('');
}

/**
 * Turns a volume by whole right angles and mirrorings so that its axes lead where `orientation`
 * says, as nearly as an oblique grid can. No voxel is copied or changed, and each keeps its place.
 * @param orientation for column, row and slice one of L/R, P/A, I/S each, such as `RAS` or `LPS`
 * @throws {RangeError} if `orientation` is none of the 48
 */
export function reorient<T extends VoxelArray>(volume: Volume<T>, orientation: string): Volume<T> {
  checkVolume('reorient', volume);
  const wanted = [...orientation.toUpperCase()].map((letter) => ({
    world: LETTERS.findIndex((ends) => ends.includes(letter)),
    letter,
  }));
  if (
    new Set(wanted.map(({ world }) => world)).size !== 3 ||
    wanted.length !== 3 ||
    wanted.some(({ world }) => world < 0)
  ) {
    throw new RangeError(
      `\`reorient\`: orientation must name one end each of L/R, P/A and I/S, such as RAS, got ${JSON.stringify(orientation)}`,
    );
  }
  const axes = axesOf(volume.affine);
  // Old axis, and whether it is mirrored, for each new one (column, row, slice).
  const sources = wanted.map(({ world, letter }) => {
    const axis = axes.findIndex((one) => one.world === world);
    const isUp = LETTERS[world]![1] === letter;
    return { axis, mirrored: isUp !== axes[axis]!.sign > 0 };
  });
  return turnAxes(volume, sources);
}

/**
 * The world axis that each of column, row and slice is nearest to, none taken twice: of all
 * assignments the one with the largest sum of the cosines.
 */
function axesOf(affine: readonly number[]): { world: number; sign: number }[] {
  const directions = [0, 1, 2].map((column) => unit(stepOf(affine, column)));
  const cosine = (world: number, column: number) => directions[column]![world]!;
  const score = (worlds: readonly number[]) =>
    worlds.reduce((sum, world, column) => sum + Math.abs(cosine(world, column)), 0);
  const best = AXIS_ORDERS.reduce((a, b) => (score(b) > score(a) + 1e-12 ? b : a));
  return best.map((world, column) => ({ world, sign: Math.sign(cosine(world, column)) || 1 }));
}
