import type { Window } from './case-slice.ts';

/** Least width of what a picture of a lesion shows, and least margin around it, in pixels. */
const leastSide = 32;
const margin = 8;

/**
 * A square window around a box of rows and columns.
 *
 * @param start the first row and column
 * @param end one after the last
 */
export function windowAround(
  start: readonly [row: number, column: number],
  end: readonly [row: number, column: number],
): Window {
  const extent = Math.max(end[0] - start[0], end[1] - start[1]);
  const side = Math.max(leastSide, extent + 2 * margin);
  const first = (axis: 0 | 1): number => Math.floor((start[axis] + end[axis] - side) / 2);
  return { row: first(0), column: first(1), height: side, width: side };
}
