import type { NdArray } from 'ndarray';

/** A closed contour in pixels, `x0, y0, x1, y1, …`; the last point is joined to the first. */
export type Contour = Float64Array;

/** How near the centre of a pixel must be to a contour to lie on it, in pixels. */
const NEAR = 1e-3;

/**
 * Sets the pixels whose centres lie inside an odd number of contours, or on one: contours that
 * pass through the centres of a mask's outermost pixels, as many tools write them, give back that
 * mask, be it one pixel wide.
 */
export function fillContours(contours: readonly Contour[], mask: NdArray<Uint8Array>): void {
  const [rows, columns] = mask.shape as [number, number];
  const [left, right] = span(contours, 0, columns);
  const [top, bottom] = span(contours, 1, rows);
  if (right < left || bottom < top) return;
  const width = right - left + 1;
  // Pixels before which a row passes from outside to inside or back, and pixels on a contour.
  const turns = new Uint8Array((bottom - top + 1) * width);
  const touched = new Uint8Array(turns.length);
  const touch = (row: number, column: number) => {
    const isWithin = row >= top && row <= bottom && column >= left && column <= right;
    if (isWithin) touched[(row - top) * width + column - left] = 1;
  };
  for (const contour of contours) {
    for (let i = 0; i < contour.length; i += 2) {
      const j = (i + 2) % contour.length;
      const [x0, y0, x1, y1] = [contour[i]!, contour[i + 1]!, contour[j]!, contour[j + 1]!];
      // Rows from the upper end up to, but without, the lower: a corner counts once.
      const last = Math.min(bottom + 1, Math.max(y0, y1));
      for (let row = Math.max(top, Math.ceil(Math.min(y0, y1))); row < last; row++) {
        const x = x0 + ((row - y0) / (y1 - y0)) * (x1 - x0);
        const column = Math.max(left, Math.ceil(x));
        if (column <= right) turns[(row - top) * width + column - left]! ^= 1;
      }
      if (Math.abs(x1 - x0) > Math.abs(y1 - y0)) {
        visitNear(x0, y0, x1, y1, columns, (column, row) => touch(row, column));
      } else {
        visitNear(y0, x0, y1, x1, rows, touch);
      }
    }
  }
  for (let row = top, at = 0; row <= bottom; row++) {
    let isInside = 0;
    for (let column = left; column <= right; column++, at++) {
      isInside ^= turns[at]!;
      if (isInside | touched[at]!) mask.set(row, column, 1);
    }
  }
}

/** The first and last whole number within `length` that contours reach along an axis. */
function span(contours: readonly Contour[], axis: 0 | 1, length: number): [number, number] {
  let [low, high] = [Number.POSITIVE_INFINITY, Number.NEGATIVE_INFINITY];
  for (const contour of contours) {
    for (let i = axis; i < contour.length; i += 2) {
      low = Math.min(low, contour[i]!);
      high = Math.max(high, contour[i]!);
    }
  }
  return [Math.max(0, Math.ceil(low - NEAR)), Math.min(length - 1, Math.floor(high + NEAR))];
}

/** Visits the whole points within `length` that lie on the line; it is longest along the first axis. */
function visitNear(
  a0: number,
  b0: number,
  a1: number,
  b1: number,
  length: number,
  visit: (a: number, b: number) => void,
): void {
  const last = Math.min(length - 1, Math.max(a0, a1) + NEAR);
  for (let a = Math.max(0, Math.ceil(Math.min(a0, a1) - NEAR)); a <= last; a++) {
    const share = a1 === a0 ? 0 : (a - a0) / (a1 - a0);
    const b = b0 + share * (b1 - b0);
    if (Math.abs(b - Math.round(b)) <= NEAR) visit(a, Math.round(b));
  }
}
