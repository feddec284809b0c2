import type { NdArray } from '@sts-net/views';
import { lesionBounds } from './lesion-bounds.ts';

/** `[x, y]`, that is `[column, row]`. */
export type Point = readonly [x: number, y: number];

const BACKGROUND = 0;
const OUTSIDE = 1;
const LESION = 2;
const TAKEN = 3;

/**
 * The row ends of the lesion that OpenCV's `findContours(…, RETR_EXTERNAL, …)` lists first: of
 * the 8-connected regions that lie in no hole of another, the one whose first pixel in reading
 * order comes last. The points' convex hull is that of the region.
 * @param mask `[row, column]`
 * @param ignore label of the pixels on which nothing counts
 * @returns no points if the mask is empty
 */
export function firstLesion(mask: NdArray<Uint8Array>, ignore?: number): Point[] {
  const bounds = lesionBounds(mask);
  if (bounds === undefined) return [];
  const { top, bottom, left, right } = bounds;
  // A frame of background lets the outside be filled from one corner and needs no border cases.
  const framed = right - left + 2;
  const cells = new Uint8Array(framed * (bottom - top + 2));
  for (let y = top; y < bottom; y++) {
    for (let x = left; x < right; x++) {
      const label = mask.get(y, x);
      if (label !== 0 && label !== ignore) cells[(y - top + 1) * framed + x - left + 1] = LESION;
    }
  }
  const cross = [-framed, -1, 1, framed];
  fill(cells, 0, BACKGROUND, OUTSIDE, cross);

  const square = [-framed - 1, -framed, -framed + 1, -1, 1, framed - 1, framed, framed + 1];
  let region: number[] = [];
  for (let at = 0; at < cells.length; at++) {
    if (cells[at] !== LESION) continue;
    // The pixel left of a region's first one belongs to what surrounds the region.
    const isExternal = cells[at - 1] === OUTSIDE;
    const filled = fill(cells, at, LESION, TAKEN, square);
    if (isExternal) region = filled;
  }
  return rowEnds(region, framed).map(([x, y]) => [x + left - 1, y + top - 1]);
}

/** Flood fill; returns the filled cells. Cells beyond the array are never asked for a match. */
function fill(
  cells: Uint8Array,
  start: number,
  from: number,
  to: number,
  steps: readonly number[],
): number[] {
  const filled = [start];
  cells[start] = to;
  for (let next = 0; next < filled.length; next++) {
    for (const step of steps) {
      const neighbour = filled[next]! + step;
      if (cells[neighbour] !== from) continue;
      cells[neighbour] = to;
      filled.push(neighbour);
    }
  }
  return filled;
}

/** First and last cell of each row of a region. */
function rowEnds(region: readonly number[], framed: number): Point[] {
  const ends = new Map<number, { low: number; high: number }>();
  for (const at of region) {
    const y = Math.floor(at / framed);
    const x = at % framed;
    const row = ends.get(y);
    if (row === undefined) ends.set(y, { low: x, high: x });
    else {
      row.low = Math.min(row.low, x);
      row.high = Math.max(row.high, x);
    }
  }
  return [...ends].flatMap(([y, { low, high }]): Point[] => [
    [low, y],
    [high, y],
  ]);
}
