import type { Point } from './first-lesion.ts';

/**
 * Corners of the smallest rectangle, in any direction, around points with whole coordinates (one
 * side lies on an edge of the convex hull). Arithmetic is exact up to the final division, so
 * corners with whole coordinates come out whole.
 * @param points at least one `[x, y]`
 */
export function minAreaRectangle(points: readonly Point[]): [Point, Point, Point, Point] {
  const hull = convexHull(points);
  const [first] = hull;
  if (first === undefined) {
    throw new RangeError('`minAreaRectangle`: there must be at least one point, got none');
  }
  let best: [Point, Point, Point, Point] = [first, first, first, first];
  let bestArea = Number.POSITIVE_INFINITY;
  hull.forEach(([x0, y0], i) => {
    const [x1, y1] = hull[(i + 1) % hull.length]!;
    const [dx, dy] = [x1 - x0, y1 - y0];
    const square = dx * dx + dy * dy;
    if (square === 0) return;
    const along = hull.map(([x, y]) => x * dx + y * dy);
    const across = hull.map(([x, y]) => y * dx - x * dy);
    const [u0, u1] = [Math.min(...along), Math.max(...along)];
    const [v0, v1] = [Math.min(...across), Math.max(...across)];
    const area = ((u1 - u0) * (v1 - v0)) / square;
    if (area >= bestArea) return;
    bestArea = area;
    const corner = (u: number, v: number): Point => [
      (u * dx - v * dy) / square,
      (u * dy + v * dx) / square,
    ];
    best = [corner(u0, v0), corner(u1, v0), corner(u1, v1), corner(u0, v1)];
  });
  return best;
}

/** Convex hull without points on its edges (Andrew's monotone chain). */
function convexHull(points: readonly Point[]): Point[] {
  const sorted = [...points].sort((p, q) => p[0] - q[0] || p[1] - q[1]);
  const chain = (ordered: readonly Point[]): Point[] => {
    const kept: Point[] = [];
    for (const point of ordered) {
      while (kept.length >= 2 && !turnsLeft(kept.at(-2)!, kept.at(-1)!, point)) kept.pop();
      kept.push(point);
    }
    return kept.slice(0, -1);
  };
  const hull = [...chain(sorted), ...chain(sorted.toReversed())];
  return hull.length > 0 ? hull : sorted.slice(0, 1);
}

function turnsLeft([ax, ay]: Point, [bx, by]: Point, [cx, cy]: Point): boolean {
  return (bx - ax) * (cy - ay) - (by - ay) * (cx - ax) > 0;
}
