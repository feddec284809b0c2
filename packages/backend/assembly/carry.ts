/** Tiles whose sums are added up in float32 before they are carried over to float64. */
export const CARRY: i32 = 64;

/** totals += sums, and the sums begin anew. */
export function carry(sums: usize, totals: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<f64>(totals, load<f64>(totals) + <f64>load<f32>(sums));
    store<f32>(sums, 0);
    sums += 4;
    totals += 8;
  }
}

/** sums = totals, in float32. */
export function settle(sums: usize, totals: usize, count: i32): void {
  for (let i = 0; i < count; i++) {
    store<f32>(sums + (i << 2), <f32>load<f64>(totals + (i << 3)));
  }
}
