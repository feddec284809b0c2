import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { voxelAt } from '../../../geometry/affine.ts';
import type { Volume } from '../../../volume/volume.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { Contour } from './contour.ts';

/** Contours in one plane, and the slice that they are nearest to. */
interface Plane {
  readonly slice: number;
  readonly contours: readonly Contour[];
  /** Whether an odd number of them is around what they enclose (`CLOSEDPLANAR_XOR`). */
  readonly isEvenOdd: boolean;
}

/** Where the closed contours of a region lie in an image. */
export interface PlacedContours {
  readonly planes: readonly Plane[];
  /** How many are on no slice: beyond the first or last by more than half of one, or across them. */
  readonly leftOut: number;
  /** How many of the others reach beyond the pixels of their slice. */
  readonly clipped: number;
  /** The largest distance of those left out, in mm. */
  readonly farthest: number;
}

/** Contours are in one plane if they are nearer than this, in slices. */
const SAME_PLANE = 0.01;
/** No patient is larger, in mm. */
const FARTHEST = 1e6;

/**
 * Sorts closed contours into planes. Planes between two slices go to the nearer one each for
 * itself, so that contours of different planes are united and do not cut holes into one another.
 * @throws {VolumeFormatError} if coordinates are damaged
 */
export function planarContours(
  items: readonly DataSet[],
  like: Volume,
  subject: string,
): PlacedContours {
  const placed = items.map((item, i) => placeContour(item, like, `${subject}, contour ${i + 1}`));
  const onSlices = placed.filter(({ off }) => off <= 0.5 + SAME_PLANE);
  onSlices.sort((a, b) => a.depth - b.depth);
  const planes: { slice: number; depth: number; contours: Contour[]; isEvenOdd: boolean }[] = [];
  for (const { slice, depth, contour, isXor } of onSlices) {
    const plane = planes.at(-1);
    if (plane !== undefined && depth - plane.depth <= SAME_PLANE && plane.slice === slice) {
      plane.contours.push(contour);
      plane.isEvenOdd ||= isXor;
    } else {
      planes.push({ slice, depth, contours: [contour], isEvenOdd: isXor });
    }
  }
  const [, rows, columns] = like.voxels.shape as [number, number, number];
  const reachesOut = ({ contour }: { contour: Contour }) =>
    contour.some((at, i) => at < -0.5 || at > (i % 2 === 0 ? columns : rows) - 0.5);
  const farthest = placed.reduce((most, { off }) => Math.max(most, off), 0) * like.spacing[0];
  return {
    planes,
    leftOut: placed.length - onSlices.length,
    clipped: onSlices.filter(reachesOut).length,
    farthest,
  };
}

interface PlacedContour {
  readonly slice: number;
  /** Along the slices, not rounded. */
  readonly depth: number;
  /** How far it is from `slice` at most, in slices. */
  readonly off: number;
  readonly contour: Contour;
  readonly isXor: boolean;
}

function placeContour(item: DataSet, { affine, voxels }: Volume, subject: string): PlacedContour {
  const points = pointsOf(item, subject);
  const count = points.length / 3;
  const contour = new Float64Array(2 * count);
  const depths = new Float64Array(count);
  for (let i = 0; i < count; i++) {
    const point = [points[3 * i]!, points[3 * i + 1]!, points[3 * i + 2]!] as const;
    const [column, row, depth] = voxelAt(affine, point);
    contour[2 * i] = column;
    contour[2 * i + 1] = row;
    depths[i] = depth;
  }
  const depth = depths.reduce((sum, at) => sum + at, 0) / count;
  const slice = Math.min(Math.max(Math.round(depth), 0), voxels.shape[0]! - 1);
  const off = depths.reduce((most, at) => Math.max(most, Math.abs(at - slice)), 0);
  const isXor = item.text('ContourGeometricType') === 'CLOSEDPLANAR_XOR';
  return { slice, depth, off, contour, isXor };
}

/** Coordinates of a contour, `x, y, z, …` in LPS mm. */
function pointsOf(item: DataSet, subject: string): readonly number[] {
  const points = item.numbers('ContourData') ?? [];
  const stated = item.number('NumberOfContourPoints') ?? Math.ceil(points.length / 3);
  const fail = (requirement: string, got: unknown): never => {
    throw new VolumeFormatError(
      `${subject}: ContourData must be ${requirement}, got ${got}; the file is damaged`,
      { field: 'ContourData' },
    );
  };
  if (points.length === 0 || points.length !== 3 * stated) {
    fail(`three numbers for each of ${stated} points`, `${points.length} numbers`);
  }
  const wrong = points.find((value) => !(Math.abs(value) <= FARTHEST));
  if (wrong !== undefined) fail(`coordinates in mm, at most ${FARTHEST}`, wrong);
  return points;
}
