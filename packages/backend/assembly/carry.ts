import { Geometry } from './geometry';

/** Tiles whose sums are added up in float32 before they are carried over to float64. */
export const CARRY: i32 = 64;

/**
 * totals += what lies in the filter's rows of the geometry's taps, `columns` floats in each; these begin anew, or at
 * the end become the totals. Rows of a tap are `depth`, `pitch` bytes apart; `totals` has a float64 for each element,
 * one row after the other.
 */
export function carry(
  geo: Geometry, filter: usize, depth: i32, columns: i32, pitch: usize, totals: usize, isEnd: bool,
): void {
  for (let t = 0; t < geo.tapCount; t++) {
    let row = filter + load<i32>(geo.taps + t * 12, 8) * depth * pitch;
    for (let k = 0; k < depth; k++) {
      for (let c = 0; c < columns; c++) {
        const sum = row + (c << 2);
        const total = load<f64>(totals) + <f64>load<f32>(sum);
        store<f64>(totals, total);
        store<f32>(sum, isEnd ? <f32>total : 0);
        totals += 8;
      }
      row += pitch;
    }
  }
}
