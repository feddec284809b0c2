import { madd } from './lanes';

// Sums over row-major [rows, columns] floats; `pitch` is bytes from a row to the next. At most four
// numbers are added in float32, the rest in float64, so that rounding stays small however many there are.

/** Columns that are summed together. */
const TILE: i32 = 2048;

/** sums[c] = Σ over rows of x[row, c]; `totals` has room for `TILE` of float64, or a row if less. */
export function columnSums(
  x: usize, rows: i32, columns: i32, pitch: usize, sums: usize, totals: usize,
): void {
  for (let first = 0; first < columns; first += TILE) {
    const width = min(TILE, columns - first);
    memory.fill(totals, 0, width << 3);
    let row = x + (first << 2);
    let left = rows;
    for (; left >= 4; left -= 4) {
      addFourRows(row, pitch, width, totals);
      row += pitch << 2;
    }
    for (; left > 0; left--) {
      addRow(row, width, totals);
      row += pitch;
    }
    narrow(totals, width, sums + (first << 2));
  }
}

/** sums[r] = Σ over columns of x[r, column]. */
export function rowSums(x: usize, rows: i32, columns: i32, sums: usize): void {
  for (let row = 0; row < rows; row++) {
    let low = f64x2.splat(0), high = f64x2.splat(0);
    let c = columns;
    for (; c >= 16; c -= 16) {
      const four = f32x4.add(
        f32x4.add(v128.load(x), v128.load(x, 16)),
        f32x4.add(v128.load(x, 32), v128.load(x, 48)),
      );
      low = f64x2.add(low, f64x2.promote_low_f32x4(four));
      high = f64x2.add(high, f64x2.promote_low_f32x4(upper(four)));
      x += 64;
    }
    low = f64x2.add(low, high);
    let sum = f64x2.extract_lane(low, 0) + f64x2.extract_lane(low, 1);
    for (; c > 0; c--) {
      sum += load<f32>(x);
      x += 4;
    }
    store<f32>(sums, <f32>sum);
    sums += 4;
  }
}

/**
 * sums[c] = Σ over rows of (x[row, c] − centre[c]) × (y[row, c] − centre[c] × shiftY), where
 * `shiftY` is 0 or 1; `totals` has room for a row of float64.
 */
export function columnProducts(
  x: usize, y: usize, rows: i32, columns: i32, pitch: i32, centre: usize, sums: usize, totals: usize, shiftY: f32,
): void {
  memory.fill(totals, 0, columns << 3);
  let left = rows;
  for (; left >= 2; left -= 2) {
    addTwoProducts(x, y, pitch, columns, centre, totals, shiftY);
    x += pitch << 1;
    y += pitch << 1;
  }
  if (left > 0) addProduct(x, y, columns, centre, totals, shiftY);
  narrow(totals, columns, sums);
}

function upper(four: v128): v128 {
  return v128.shuffle<f32>(four, four, 2, 3, 2, 3);
}

/** Adds four sums of float32 to four of float64. */
function addFour(totals: usize, four: v128): void {
  v128.store(totals, f64x2.add(v128.load(totals), f64x2.promote_low_f32x4(four)));
  v128.store(totals, f64x2.add(v128.load(totals, 16), f64x2.promote_low_f32x4(upper(four))), 16);
}

function addOne(totals: usize, sum: f32): void {
  store<f64>(totals, load<f64>(totals) + <f64>sum);
}

function narrow(totals: usize, columns: i32, sums: usize): void {
  for (let c = 0; c < columns; c++) {
    store<f32>(sums + (c << 2), <f32>load<f64>(totals + (c << 3)));
  }
}

function addRow(x: usize, columns: i32, totals: usize): void {
  let c = 0;
  for (; c + 4 <= columns; c += 4) addFour(totals + (c << 3), v128.load(x + (c << 2)));
  for (; c < columns; c++) addOne(totals + (c << 3), load<f32>(x + (c << 2)));
}

function addFourRows(x: usize, pitch: usize, columns: i32, totals: usize): void {
  const x1 = x + pitch, x2 = x1 + pitch, x3 = x2 + pitch;
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const o = c << 2;
    const sum = f32x4.add(
      f32x4.add(v128.load(x + o), v128.load(x1 + o)),
      f32x4.add(v128.load(x2 + o), v128.load(x3 + o)),
    );
    addFour(totals + (o << 1), sum);
  }
  for (; c < columns; c++) {
    const o = c << 2;
    const sum = load<f32>(x + o) + load<f32>(x1 + o) + (load<f32>(x2 + o) + load<f32>(x3 + o));
    addOne(totals + (o << 1), sum);
  }
}

function addProduct(x: usize, y: usize, columns: i32, centre: usize, totals: usize, shiftY: f32): void {
  for (let c = 0; c < columns; c++) {
    const o = c << 2;
    const m = load<f32>(centre + o);
    addOne(totals + (o << 1), (load<f32>(x + o) - m) * (load<f32>(y + o) - m * shiftY));
  }
}

function addTwoProducts(
  x: usize, y: usize, pitch: i32, columns: i32, centre: usize, totals: usize, shiftY: f32,
): void {
  const x1 = x + pitch, y1 = y + pitch;
  const shift = f32x4.splat(shiftY);
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const o = c << 2;
    const m = v128.load(centre + o);
    const n = f32x4.mul(m, shift);
    const first = f32x4.mul(f32x4.sub(v128.load(x + o), m), f32x4.sub(v128.load(y + o), n));
    const both = madd(first, f32x4.sub(v128.load(x1 + o), m), f32x4.sub(v128.load(y1 + o), n));
    addFour(totals + (o << 1), both);
  }
  for (; c < columns; c++) {
    const o = c << 2;
    const m = load<f32>(centre + o), n = m * shiftY;
    const both = (load<f32>(x + o) - m) * (load<f32>(y + o) - n) + (load<f32>(x1 + o) - m) * (load<f32>(y1 + o) - n);
    addOne(totals + (o << 1), both);
  }
}
