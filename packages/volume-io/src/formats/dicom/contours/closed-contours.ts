import { unit, type Vector } from '../../../geometry/vectors.ts';
import type { DataSet } from '../elements/data-set.ts';

/** The points of the closed contours of a structure set, `x, y, z, …` in LPS mm, whatever ROI they are of. */
export function closedContours(dataSet: DataSet): readonly (readonly number[])[] {
  return dataSet
    .items('ROIContourSequence')
    .flatMap((roi) => roi.items('ContourSequence'))
    .filter((contour) => /^CLOSED/.test(contour.text('ContourGeometricType') ?? ''))
    .map((contour) => contour.numbers('ContourData') ?? [])
    .filter((points) => points.length >= 9 && points.every(Number.isFinite));
}

/**
 * The direction at right angles to contours, in RAS, by Newell's method; `undefined` where they enclose
 * nothing.
 */
export function normalOf(contours: readonly (readonly number[])[]): Vector | undefined {
  for (const points of contours) {
    let [x, y, z] = [0, 0, 0];
    for (let i = 0; i < points.length; i += 3) {
      const next = (i + 3) % points.length;
      const [ax, ay, az] = [points[i]!, points[i + 1]!, points[i + 2]!];
      const [bx, by, bz] = [points[next]!, points[next + 1]!, points[next + 2]!];
      x += (ay - by) * (az + bz);
      y += (az - bz) * (ax + bx);
      z += (ax - bx) * (ay + by);
    }
    if (Math.hypot(x, y, z) > 1e-9) return unit([-x, -y, z]);
  }
  return undefined;
}
