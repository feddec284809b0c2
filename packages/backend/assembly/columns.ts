import { madd } from './lanes';

// Sums down the columns of row-major [rows, columns] floats. Rows are summed in blocks and the
// blocks' sums then, so that rounding stays small however many rows there are.
const BLOCK: i32 = 256;

/** sums[c] = Σ over rows of x[row, c]; `partial` has room for a row. */
export function columnSums(x: usize, rows: i32, columns: i32, sums: usize, partial: usize): void {
  const pitch = columns << 2;
  memory.fill(sums, 0, pitch);
  for (let start = 0; start < rows; start += BLOCK) {
    memory.fill(partial, 0, pitch);
    let left = min(BLOCK, rows - start);
    for (; left >= 4; left -= 4) {
      addFourRows(x, pitch, columns, partial);
      x += pitch << 2;
    }
    for (; left > 0; left--) {
      addRow(x, columns, partial);
      x += pitch;
    }
    addRow(partial, columns, sums);
  }
}

/**
 * sums[c] = Σ over rows of (x[row, c] − centre[c]) × (y[row, c] − centre[c] × shiftY), where
 * `shiftY` is 0 or 1.
 */
export function columnProducts(
  x: usize, y: usize, rows: i32, columns: i32, centre: usize, sums: usize, partial: usize, shiftY: f32,
): void {
  const pitch = columns << 2;
  memory.fill(sums, 0, pitch);
  for (let start = 0; start < rows; start += BLOCK) {
    memory.fill(partial, 0, pitch);
    let left = min(BLOCK, rows - start);
    for (; left >= 2; left -= 2) {
      addTwoProducts(x, y, pitch, columns, centre, partial, shiftY);
      x += pitch << 1;
      y += pitch << 1;
    }
    if (left > 0) {
      addProduct(x, y, columns, centre, partial, shiftY);
      x += pitch;
      y += pitch;
    }
    addRow(partial, columns, sums);
  }
}

function addRow(x: usize, columns: i32, sums: usize): void {
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const o = c << 2;
    v128.store(sums + o, f32x4.add(v128.load(sums + o), v128.load(x + o)));
  }
  for (; c < columns; c++) {
    const o = c << 2;
    store<f32>(sums + o, load<f32>(sums + o) + load<f32>(x + o));
  }
}

function addFourRows(x: usize, pitch: i32, columns: i32, sums: usize): void {
  const x1 = x + pitch, x2 = x1 + pitch, x3 = x2 + pitch;
  let c = 0;
  for (; c + 4 <= columns; c += 4) {
    const o = c << 2;
    const sum = f32x4.add(
      f32x4.add(v128.load(x + o), v128.load(x1 + o)),
      f32x4.add(v128.load(x2 + o), v128.load(x3 + o)),
    );
    v128.store(sums + o, f32x4.add(v128.load(sums + o), sum));
  }
  for (; c < columns; c++) {
    const o = c << 2;
    const sum = load<f32>(x + o) + load<f32>(x1 + o) + (load<f32>(x2 + o) + load<f32>(x3 + o));
    store<f32>(sums + o, load<f32>(sums + o) + sum);
  }
}

function addProduct(x: usize, y: usize, columns: i32, centre: usize, sums: usize, shiftY: f32): void {
  for (let c = 0; c < columns; c++) {
    const o = c << 2;
    const m = load<f32>(centre + o);
    store<f32>(sums + o, load<f32>(sums + o) + (load<f32>(x + o) - m) * (load<f32>(y + o) - m * shiftY));
  }
}

function addTwoProducts(
  x: usize, y: usize, pitch: i32, columns: i32, centre: usize, sums: usize, shiftY: f32,
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
    v128.store(sums + o, f32x4.add(v128.load(sums + o), both));
  }
  for (; c < columns; c++) {
    const o = c << 2;
    const m = load<f32>(centre + o), n = m * shiftY;
    const both = (load<f32>(x + o) - m) * (load<f32>(y + o) - n) + (load<f32>(x1 + o) - m) * (load<f32>(y1 + o) - n);
    store<f32>(sums + o, load<f32>(sums + o) + both);
  }
}
