import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { voxelAt } from '../../../geometry/affine.ts';
import type { Volume } from '../../../volume/volume.ts';
import type { DataSet } from '../elements/data-set.ts';
import type { Contour } from './fill-contours.ts';

/** Contours in one plane, and the slice that they are nearest to. */
interface Plane {
  readonly slice: number;
  readonly contours: readonly Contour[];
}

/** Contours are in one plane if they are nearer than this, in slices. */
const SAME_PLANE = 0.01;
/** No patient is larger, in mm. */
const FARTHEST = 1e6;

/**
 * Sorts closed contours into planes. Planes between two slices go to the nearer one each for
 * itself, so that contours of different planes are united and do not cut holes into one another.
 * @throws {VolumeFormatError} if coordinates are damaged, or a point is farther than half a slice
 * from its slice
 */
export function planarContours(
  items: readonly DataSet[],
  like: Volume,
  subject: string,
): readonly Plane[] {
  const placed = items.map((item, i) => placeContour(item, like, `${subject}, contour ${i + 1}`));
  placed.sort((a, b) => a.depth - b.depth);
  const planes: { slice: number; depth: number; contours: Contour[] }[] = [];
  for (const { slice, depth, contour } of placed) {
    const plane = planes.at(-1);
    if (plane !== undefined && depth - plane.depth <= SAME_PLANE && plane.slice === slice) {
      plane.contours.push(contour);
    } else {
      planes.push({ slice, depth, contours: [contour] });
    }
  }
  return planes;
}

function placeContour(
  item: DataSet,
  { affine, spacing, voxels }: Volume,
  subject: string,
): { readonly slice: number; readonly depth: number; readonly contour: Contour } {
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
  // Half a slice, but for rounding.
  if (!(off <= 0.5 + SAME_PLANE)) {
    throw new VolumeFormatError(
      `${subject} must lie within half a slice (${(spacing[0] / 2).toFixed(3)} mm) of a slice of the image, but is ${(off * spacing[0]).toFixed(3)} mm from slice ${slice}; it was drawn on another image, or across the slices`,
      { field: 'ContourData' },
    );
  }
  return { slice, depth, contour };
}

/** Coordinates of a contour, `x, y, z, …` in LPS mm. */
function pointsOf(item: DataSet, subject: string): readonly number[] {
  const points = item.decimals('x30060050') ?? [];
  const stated = item.decimals('x30060046')?.[0] ?? Math.ceil(points.length / 3);
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
