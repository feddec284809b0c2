import type { Team } from './team.ts';

/** Columns that lie in one line of a cache. */
const LINE = 16;

/** A matrix of float32 in the backend's memory. */
export interface Matrix {
  readonly address: number;
  readonly rows: number;
  readonly columns: number;
}

/** Threads share the columns: each is summed by one of them, in the order of its rows. */
function columnsOf({ rows, columns }: Matrix) {
  return { total: columns, unit: LINE, work: rows * columns };
}

/** Bytes that `sumColumns` wants for its totals. */
export function totalsBytes(team: Team, columns: number): number {
  return 8 * Math.min(columns, team.size * 2048);
}

/** sums[c] = Σ over rows of x[row, c]. */
export function sumColumns(team: Team, x: Matrix, sums: number, totals: number): void {
  const { address, rows, columns } = x;
  team.share('columnSums', columnsOf(x), (first, last, part) => [
    ...[address + 4 * first, rows, last - first, 4 * columns, sums + 4 * first],
    totals + 8 * Math.min(first, part * 2048),
  ]);
}

/**
 * sums[c] = Σ over rows of (x[row, c] − centre[c]) × (y[row, c] − centre[c] × shiftY); `totals` has room for a
 * row of float64.
 */
export function multiplyColumns(
  team: Team,
  x: Matrix,
  y: number,
  centre: number,
  sums: number,
  totals: number,
  shiftY: 0 | 1,
): void {
  const { address, rows, columns } = x;
  team.share('columnProducts', columnsOf(x), (first, last) => [
    ...[address + 4 * first, y + 4 * first, rows, last - first, 4 * columns],
    ...[centre + 4 * first, sums + 4 * first, totals + 8 * first, shiftY],
  ]);
}

/**
 * A function of matrices of one size, row by row: threads share the rows.
 *
 * @param numbers what it takes after the matrices' addresses, rows and columns
 */
export function runRows(
  team: Team,
  name: 'normalize' | 'normalizeGradient',
  addresses: readonly number[],
  { rows, columns }: Omit<Matrix, 'address'>,
  numbers: readonly number[],
): void {
  team.share(name, { total: rows, work: rows * columns }, (first, last) => [
    ...addresses.map((address) => address + 4 * first * columns),
    ...[last - first, columns, ...numbers],
  ]);
}
