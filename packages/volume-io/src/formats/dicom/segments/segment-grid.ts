import { ndarray } from '@sts-net/views';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { stepsAlong, voxelAt } from '../../../geometry/affine.ts';
import { cross, dot, scaled, type Vector } from '../../../geometry/vectors.ts';
import { worldGrid } from '../../../geometry/world-grid.ts';
import type { Directions } from '../../../grids/turn-towards.ts';
import { onGrid } from '../../../volume/create-volume.ts';
import type { Volume } from '../../../volume/volume.ts';
import type { ParsedDicom } from '../pixels/dicom-image.ts';
import { type Slice, slicesOf } from '../series/slices.ts';

/** How far the first pixel of a frame may be from its place on the grid, in voxels. */
const TOLERANCE = 0.05;
/** How far the last one may be from the first, as tools write directions with unlike digits. */
const TURN_TOLERANCE = 0.5;
/** More slices than any image has. */
const MAX_SLICES = 10_000;

/**
 * An even grid through all frames, whatever segment they are of; frames may be missing. Slices are as
 * far apart as the file states, if the frames lie on such a grid, else as the two nearest frames.
 */
export function ownGrid(slices: readonly Slice[], name: string): Volume {
  const { alongRow, alongColumn, pixelSpacing, sliceSpacing, spacingFrom } = slices[0]!.geometry;
  if (slices.some(({ geometry }) => geometry.position === undefined)) {
    throw new VolumeFormatError(
      `${name}: its frames must say where they lie (ImagePositionPatient), got none; it is of an image without a place in space`,
      { field: 'ImagePositionPatient' },
    );
  }
  const normal = cross(alongRow, alongColumn);
  const along = slices.map(({ geometry }) => dot(geometry.position!, normal));
  const places = [...new Set(along.map((at) => Math.round(at * 1000) / 1000))].sort(
    (a, b) => a - b,
  );
  const start = places[0]!;
  const isEven = (distance: number) =>
    places.every((at) => {
      const steps = (at - start) / distance;
      return Math.abs(steps - Math.round(steps)) <= TOLERANCE;
    });
  const gaps = places.slice(1).map((at, i) => at - places[i]!);
  const stated = spacingFrom.slices === 'SpacingBetweenSlices' ? sliceSpacing : undefined;
  const distance =
    stated !== undefined && isEven(stated)
      ? stated
      : gaps.length > 0
        ? Math.min(...gaps)
        : (sliceSpacing ?? 1);
  const count = Math.round((places.at(-1)! - start) / distance) + 1;
  if (count > MAX_SLICES) {
    throw new VolumeFormatError(`${name}: its frames lie too unevenly to be slices of one grid`);
  }
  const first = slices[along.indexOf(Math.min(...along))]!.geometry;
  const [dy, dx] = pixelSpacing;
  const { affine } = worldGrid(
    [scaled(alongRow, dx), scaled(alongColumn, dy), scaled(normal, distance)],
    first.position!,
    [-1, -1, 1],
    `${name}: the positions of its frames`,
  );
  const { rows, columns } = slices[0]!.image;
  const voxels = ndarray(new Uint8Array(0), [count, rows, columns], [0, 0, 0]);
  return onGrid(voxels, affine);
}

/** A direction in LPS, as DICOM has it, in RAS. */
const toRas = ([x, y, z]: Vector): Vector => [-x, -y, z];

/** Where the frames of a segmentation lead, in RAS; nowhere if it has none. */
export function frameDirections(parsed: ParsedDicom, name: string): Directions {
  const [first] = slicesOf(parsed, name);
  if (first === undefined) return {};
  const { alongRow, alongColumn } = first.geometry;
  return {
    column: toRas(alongRow),
    row: toRas(alongColumn),
    slice: toRas(cross(alongRow, alongColumn)),
  };
}

/** The slice of the grid that a frame lies on. @throws {VolumeFormatError} if it lies on none */
export function sliceOnGrid(
  { geometry, name, image }: Slice,
  { affine, spacing, voxels }: Volume,
): number {
  const [depth, rows, columns] = voxels.shape as [number, number, number];
  const fail = (what: string, away?: number): never => {
    const distance = away === undefined ? '' : `, ${away.toPrecision(3)} mm away`;
    throw new VolumeFormatError(
      `${name}: must lie on a slice of the image's grid, but ${what}; it is a segmentation of another image${distance}`,
    );
  };
  if (image.rows !== rows || image.columns !== columns) {
    fail(`has ${image.rows}×${image.columns} pixels, not ${rows}×${columns}`);
  }
  const { position, alongRow, alongColumn, pixelSpacing, radiansOff, millimetresOff } = geometry;
  if (position === undefined) return fail('says not where it lies');
  const at = voxelAt(affine, position);
  const right = stepsAlong(affine, toRas(alongRow));
  const down = stepsAlong(affine, toRas(alongColumn));
  const slice = Math.round(at[2]);
  const off = Math.max(Math.abs(at[0]), Math.abs(at[1]), Math.abs(at[2] - slice));
  const smallest = Math.min(...spacing);
  const [dz, dy, dx] = spacing;
  if (!(off <= TOLERANCE + (2 * millimetresOff) / smallest)) {
    const away = Math.hypot(at[0] * dx, at[1] * dy, (at[2] - slice) * dz);
    fail(`is ${off.toFixed(2)} voxels off it`, away);
  }
  const turned = Math.max(
    columns * Math.hypot(right[0] * pixelSpacing[1] - 1, right[1] * pixelSpacing[1]),
    rows * Math.hypot(down[0] * pixelSpacing[0], down[1] * pixelSpacing[0] - 1),
  );
  if (!(turned <= TURN_TOLERANCE + 2 * radiansOff * Math.max(rows, columns))) {
    fail(`is turned or stretched by ${turned.toFixed(2)} voxels against it`);
  }
  if (slice < 0 || slice >= depth) {
    const beyond = slice < 0 ? -slice : slice - depth + 1;
    fail(`would be slice ${slice} of ${depth}`, beyond * dz);
  }
  return slice;
}
