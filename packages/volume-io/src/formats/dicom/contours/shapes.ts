import { boxOf, type Contour, type ContourBox } from './contour.ts';

/** A region: what is inside `outer` but not inside any of `holes`. */
export interface Shape {
  readonly outer: Contour;
  readonly holes: readonly Contour[];
}

/** Contours that are nearer than this everywhere, in pixels, are the same. */
const SAME = 0.1;
/**
 * Between the points of an edge that are looked at, in pixels, and the most of them. Around one pixel
 * the middles too, since all four corners may lie on a contour that it is not in.
 */
const STEP = 0.5;
const MAX_PIECES = 4096;
/** More contours in a plane, and more comparisons of points in all, than any drawing needs. */
export const MAX_CONTOURS: number = 2 ** 13;
const MAX_COMPARISONS = 2 ** 31;
/** What looking at a contour costs beside its points. */
const CALL = 32;

/**
 * A function that finds the regions which closed contours of one plane stand for. One that lies wholly
 * inside another is a hole in it, and one inside that hole an island; a repeated one counts once,
 * and those that overlap otherwise are united. It throws a RangeError if there are too many to tell,
 * in one plane or in all that it is given.
 */
export function shapeFinder(): (contours: readonly Contour[]) => readonly Shape[] {
  const isWithin = containment();
  return (contours) => {
    if (contours.length === 1) return [{ outer: contours[0]!, holes: [] }];
    if (contours.length > MAX_CONTOURS) {
      throw new RangeError(`there must be at most ${MAX_CONTOURS} contours in a plane`);
    }
    const ordered = contours
      .map((contour) => ({ contour, box: boxOf(contour) }))
      .sort((a, b) => extent(b.box) - extent(a.box));
    const placed: Placed[] = [];
    for (const one of ordered) {
      const around = placed.filter((other) => isWithin(one, other));
      if (around.some((other) => isWithin(other, one))) continue;
      const depth = around.reduce((most, other) => Math.max(most, other.depth + 1), 0);
      if (depth % 2 === 1) for (const other of around) other.holes.push(one.contour);
      placed.push({ ...one, depth, holes: [] });
    }
    return placed
      .filter(({ depth }) => depth % 2 === 0)
      .map(({ contour, holes }) => ({ outer: contour, holes }));
  };
}

interface Boxed {
  readonly contour: Contour;
  readonly box: ContourBox;
}

interface Placed extends Boxed {
  /** How many contours lie around it, one within the other. */
  readonly depth: number;
  readonly holes: Contour[];
}

function extent({ left, right, top, bottom }: ContourBox): number {
  return (right - left) * (bottom - top);
}

/** Tells whether a contour lies wholly inside another, or on it. */
function containment(): (inner: Boxed, outer: Boxed) => boolean {
  let comparisons = 0;
  const compare = (contour: Contour) => {
    comparisons += contour.length + CALL;
    if (comparisons > MAX_COMPARISONS) {
      throw new RangeError('its contours have more points than can be compared');
    }
  };
  return (inner, outer) => {
    if (!isWithinBox(inner.box.left, inner.box.top, outer.box)) return false;
    if (!isWithinBox(inner.box.right, inner.box.bottom, outer.box)) return false;
    for (const [x, y] of pointsAlong(inner.contour)) {
      compare(outer.contour);
      if (!encloses(outer.contour, x, y) && distanceTo(outer.contour, x, y) > SAME) return false;
    }
    // One around a hole that is drawn as a keyhole is not inside.
    for (const [x, y] of pointsAlong(outer.contour)) {
      if (!isWithinBox(x, y, inner.box)) continue;
      compare(inner.contour);
      if (encloses(inner.contour, x, y) && distanceTo(inner.contour, x, y) > SAME) return false;
    }
    return true;
  };
}

function isWithinBox(x: number, y: number, { left, right, top, bottom }: ContourBox): boolean {
  return x >= left - SAME && x <= right + SAME && y >= top - SAME && y <= bottom + SAME;
}

/** Points on a contour, its corners and others so near one another that no notch is passed over. */
function* pointsAlong(contour: Contour): Generator<readonly [number, number]> {
  let [x0, y0] = [contour.at(-2)!, contour.at(-1)!];
  for (let i = 0; i < contour.length; i += 2) {
    const [x1, y1] = [contour[i]!, contour[i + 1]!];
    const pieces = Math.ceil(Math.hypot(x1 - x0, y1 - y0) / STEP) || 1;
    const count = Math.min(MAX_PIECES, pieces);
    for (let k = 1; k <= count; k++) {
      const share = k / count;
      yield [x0 + share * (x1 - x0), y0 + share * (y1 - y0)];
    }
    [x0, y0] = [x1, y1];
  }
}

/** Whether a point lies inside. */
function encloses(contour: Contour, x: number, y: number): boolean {
  let isInside = false;
  let [x0, y0] = [contour.at(-2)!, contour.at(-1)!];
  for (let i = 0; i < contour.length; i += 2) {
    const [x1, y1] = [contour[i]!, contour[i + 1]!];
    if (y0 > y !== y1 > y && x < x0 + ((y - y0) / (y1 - y0)) * (x1 - x0)) isInside = !isInside;
    [x0, y0] = [x1, y1];
  }
  return isInside;
}

/** How far a point is from a contour, in pixels. */
function distanceTo(contour: Contour, x: number, y: number): number {
  let nearest = Number.POSITIVE_INFINITY;
  let [x0, y0] = [contour.at(-2)!, contour.at(-1)!];
  for (let i = 0; i < contour.length; i += 2) {
    const [x1, y1] = [contour[i]!, contour[i + 1]!];
    const [dx, dy] = [x1 - x0, y1 - y0];
    const squared = dx * dx + dy * dy;
    const along = squared > 0 ? ((x - x0) * dx + (y - y0) * dy) / squared : 0;
    const share = Math.min(1, Math.max(0, along));
    nearest = Math.min(nearest, (x0 + share * dx - x) ** 2 + (y0 + share * dy - y) ** 2);
    [x0, y0] = [x1, y1];
  }
  return Math.sqrt(nearest);
}
