import { fillOwners, fillTable, Geometry, positions } from './geometry';
import { loadFour, madd, storeFour } from './lanes';

/**
 * filter[tap, k, g, n] += Σ over positions of read[position + tap, g, k] × write[position, g, n],
 * filter being [tap, depth, groups × width]. Rows of a group are its (tap, k) pairs. `rows` has
 * room for 8 × tile floats, `columns` for groups × (width rounded up to 4, above 4 to 8) × tile.
 */
export function filterGradient(
  geometry: usize, filter: usize, groups: i32, depth: i32, width: i32, rows: usize, columns: usize,
): void {
  const geo = changetype<Geometry>(geometry);
  const total = positions(geo);
  const tapStride = geo.tile << 2;
  const across = width > 4 ? 8 : 4;
  const down = width > 4 ? 4 : 8;
  const blocks = (width + across - 1) / across;
  const rowCount = geo.tapCount * depth;
  for (let start = 0; start < total; start += geo.tile) {
    const count = min(geo.tile, total - start);
    fillTable(geo, start, count, 32, tapStride);
    fillOwners(geo, start, count);
    for (let g = 0; g < groups; g++) {
      for (let b = 0; b < blocks; b++) {
        packColumns(geo, columns + ((b * across * count) << 2), count, (g * width + b * across) << 2, width - b * across, across);
      }
      for (let r = 0; r < rowCount; r += down) {
        const valid = min(down, rowCount - r);
        for (let i = 0; i < down; i += 4) {
          packRows(geo, rows + (i << 2), down << 2, count, tapStride, g * depth, depth, r + i, min(4, valid - i));
        }
        for (let b = 0; b < blocks; b++) {
          const packed = columns + ((b * across * count) << 2);
          const first = g * width + b * across;
          const left = min(across, width - b * across);
          if (across == 8) tile4x8(geo, rows, packed, count, filter, groups * width, depth, r, valid, first, left);
          else tile8x4(geo, rows, packed, count, filter, groups * width, depth, r, valid, first, left);
        }
      }
    }
  }
}

/** [position][across] of what belongs to the positions, zeros behind the last channel. */
function packColumns(geo: Geometry, packed: usize, count: i32, offset: usize, left: i32, across: i32): void {
  let owners = geo.owners;
  if (across == 8 && left >= 8) {
    for (let p = 0; p < count; p++) {
      const o = load<usize>(owners) + offset;
      v128.store(packed, v128.load(o));
      v128.store(packed, v128.load(o, 16), 16);
      packed += 32;
      owners += 4;
    }
    return;
  }
  for (let p = 0; p < count; p++) {
    const o = load<usize>(owners) + offset;
    v128.store(packed, loadFour(o, left));
    if (across == 8) v128.store(packed, loadFour(o + 16, max(left - 4, 0)), 16);
    packed += across << 2;
    owners += 4;
  }
}

/** Four rows for every position, `stride` bytes apart, zeros behind the last row. */
function packRows(
  geo: Geometry, packed: usize, stride: usize, count: i32, tapStride: i32, firstChannel: i32, depth: i32, row: i32, valid: i32,
): void {
  if (valid == 4 && (depth & 3) == 0) {
    let table = geo.table + (row / depth) * tapStride;
    const offset = (firstChannel + (row % depth)) << 2;
    for (let p = 0; p < count; p++) {
      v128.store(packed, v128.load(load<usize>(table) + offset));
      table += 4;
      packed += stride;
    }
    return;
  }
  for (let i = 0; i < 4; i++) {
    let to = packed + (i << 2);
    if (i < valid) {
      let table = geo.table + ((row + i) / depth) * tapStride;
      const offset = (firstChannel + ((row + i) % depth)) << 2;
      for (let p = 0; p < count; p++) {
        store<f32>(to, load<f32>(load<usize>(table) + offset));
        table += 4;
        to += stride;
      }
    } else {
      for (let p = 0; p < count; p++) {
        store<f32>(to, 0);
        to += stride;
      }
    }
  }
}

function rowAddress(geo: Geometry, filter: usize, pitch: i32, depth: i32, row: i32, first: i32): usize {
  const index = load<i32>(geo.taps + (row / depth) * 12, 8);
  return filter + (((index * depth + (row % depth)) * pitch + first) << 2);
}

function accumulateFour(address: usize, sum: v128, left: i32): void {
  storeFour(address, f32x4.add(loadFour(address, left), sum), left);
}

function accumulateEight(address: usize, low: v128, high: v128, left: i32): void {
  accumulateFour(address, low, min(left, 4));
  accumulateFour(address + 16, high, left - 4);
}

/** Four rows by eight columns, summed over the positions. */
function tile4x8(
  geo: Geometry, rows: usize, columns: usize, count: i32, filter: usize, pitch: i32, depth: i32, row: i32, valid: i32, first: i32, left: i32,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  for (let p = count; p > 0; p--) {
    const w0 = v128.load(columns), w1 = v128.load(columns, 16);
    let s = v128.load32_splat(rows);
    a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
    s = v128.load32_splat(rows, 4);
    b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
    s = v128.load32_splat(rows, 8);
    c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
    s = v128.load32_splat(rows, 12);
    d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);
    rows += 16;
    columns += 32;
  }
  accumulateEight(rowAddress(geo, filter, pitch, depth, row, first), a0, a1, left);
  if (valid > 1) accumulateEight(rowAddress(geo, filter, pitch, depth, row + 1, first), b0, b1, left);
  if (valid > 2) accumulateEight(rowAddress(geo, filter, pitch, depth, row + 2, first), c0, c1, left);
  if (valid > 3) accumulateEight(rowAddress(geo, filter, pitch, depth, row + 3, first), d0, d1, left);
}

/** Eight rows by four columns, summed over the positions. */
function tile8x4(
  geo: Geometry, rows: usize, columns: usize, count: i32, filter: usize, pitch: i32, depth: i32, row: i32, valid: i32, first: i32, left: i32,
): void {
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
  for (let p = 0; p < count; p++) {
    const w = v128.load(columns);
    a = madd(a, v128.load32_splat(rows), w);
    b = madd(b, v128.load32_splat(rows, 4), w);
    c = madd(c, v128.load32_splat(rows, 8), w);
    d = madd(d, v128.load32_splat(rows, 12), w);
    e = madd(e, v128.load32_splat(rows, 16), w);
    f = madd(f, v128.load32_splat(rows, 20), w);
    g = madd(g, v128.load32_splat(rows, 24), w);
    h = madd(h, v128.load32_splat(rows, 28), w);
    rows += 32;
    columns += 16;
  }
  accumulateFour(rowAddress(geo, filter, pitch, depth, row, first), a, left);
  if (valid > 1) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 1, first), b, left);
  if (valid > 2) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 2, first), c, left);
  if (valid > 3) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 3, first), d, left);
  if (valid > 4) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 4, first), e, left);
  if (valid > 5) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 5, first), f, left);
  if (valid > 6) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 6, first), g, left);
  if (valid > 7) accumulateFour(rowAddress(geo, filter, pitch, depth, row + 7, first), h, left);
}
