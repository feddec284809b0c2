import { boxOf, type Contour } from './contour.ts';

/** A region: what is inside `outer` but not inside any of `holes`. */
export interface Shape {
  readonly outer: Contour;
  readonly holes: readonly Contour[];
}

/** Contours that are nearer than this everywhere, in pixels, are the same. */
const SAME = 0.1;
/** More contours in a plane, and more comparisons of points, than any drawing needs. */
const MAX_CONTOURS = 2 ** 14;
const MAX_COMPARISONS = 2 ** 30;

/**
 * The regions that closed contours of one plane stand for. One that lies wholly inside another is a
 * hole in it, and one inside that hole an island; a repeated one counts once, and those that overlap
 * otherwise are united.
 * @throws {RangeError} if there are too many to tell
 */
export function shapesOf(contours: readonly Contour[]): readonly Shape[] {
  if (contours.length === 1) return [{ outer: contours[0]!, holes: [] }];
  if (contours.length > MAX_CONTOURS) {
    throw new RangeError(`there must be at most ${MAX_CONTOURS} contours in a plane`);
  }
  const isWithin = containment();
  const ordered = contours
    .map((contour) => ({ contour, box: boxOf(contour) }))
    .sort((a, b) => extent(b.box) - extent(a.box));
  const placed: Placed[] = [];
  for (const one of ordered) {
    const around = placed.filter((other) => isWithin(one, other));
    if (around.some((other) => isWithin(other, one))) continue;
    const depth = around.reduce((most, other) => Math.max(most, other.depth + 1), 0);
    const holes: Contour[] = [];
    if (depth % 2 === 1) {
      for (const other of around) if (other.depth === depth - 1) other.holes.push(one.contour);
    }
    placed.push({ ...one, depth, holes });
  }
  return placed
    .filter(({ depth }) => depth % 2 === 0)
    .map(({ contour, holes }) => ({ outer: contour, holes }));
}

interface Boxed {
  readonly contour: Contour;
  readonly box: ReturnType<typeof boxOf>;
}

interface Placed extends Boxed {
  /** How many contours lie around it, one within the other. */
  readonly depth: number;
  readonly holes: Contour[];
}

function extent({ left, right, top, bottom }: Boxed['box']): number {
  return (right - left) * (bottom - top);
}

/** Tells whether a contour lies wholly inside another, or on it. */
function containment(): (inner: Boxed, outer: Boxed) => boolean {
  let comparisons = 0;
  return (inner, outer) => {
    const isBoxWithin =
      inner.box.left >= outer.box.left - SAME &&
      inner.box.right <= outer.box.right + SAME &&
      inner.box.top >= outer.box.top - SAME &&
      inner.box.bottom <= outer.box.bottom + SAME;
    if (!isBoxWithin) return false;
    const all = (points: Contour, isFine: (x: number, y: number) => boolean, of: Contour) => {
      for (let i = 0; i < points.length; i += 2) {
        comparisons += of.length;
        if (comparisons > MAX_COMPARISONS) {
          throw new RangeError('the contours of a plane have more points than can be compared');
        }
        if (!isFine(points[i]!, points[i + 1]!)) return false;
      }
      return true;
    };
    return (
      all(inner.contour, (x, y) => depthIn(outer.contour, x, y) >= -SAME, outer.contour) &&
      all(outer.contour, (x, y) => depthIn(inner.contour, x, y) <= SAME, inner.contour)
    );
  };
}

/** How far a point is from a contour, in pixels; negative outside. */
function depthIn(contour: Contour, x: number, y: number): number {
  let isInside = false;
  let nearest = Number.POSITIVE_INFINITY;
  let [x0, y0] = [contour.at(-2)!, contour.at(-1)!];
  for (let i = 0; i < contour.length; i += 2) {
    const [x1, y1] = [contour[i]!, contour[i + 1]!];
    const [dx, dy] = [x1 - x0, y1 - y0];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / dy) * dx) isInside = !isInside;
    const squared = dx * dx + dy * dy;
    const along = squared > 0 ? ((x - x0) * dx + (y - y0) * dy) / squared : 0;
    const share = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, (x0 + share * dx - x) ** 2 + (y0 + share * dy - y) ** 2);
    [x0, y0] = [x1, y1];
  }
  const distance = Math.sqrt(nearest);
  return isInside ? distance : -distance;
}
