import { CARRY, carry } from './carry';
import { fillOwners, fillTable, Geometry } from './geometry';
import { loadFour, madd, storeFour } from './lanes';

/**
 * filter[tap, k, g, n] += Σ over positions of read[position + tap, g, k] × write[position, g, n],
 * filter being [tap, depth, groups × width], its rows `pitch` bytes apart. A row is a (tap, k) pair of a group; rows
 * go by fours. `scratch` has room for tile × (5 + width rounded up to 8, 16 where width ≤ 4) floats, `totals`, if
 * it is not 0, for these elements of the geometry's taps as zeros of float64: for so many positions that
 * float32 would lose digits.
 */
export function filterGradient(
  geometry: usize, filter: usize, groups: i32, depth: i32, width: i32, pitch: i32, scratch: usize,
  totals: usize,
): void {
  const geo = changetype<Geometry>(geometry);
  const last = geo.last;
  const tapStride = geo.tile << 2;
  const columnCount = groups * width;
  const rowCount = geo.tapCount * depth;
  const fours = (depth & 3) == 0;
  // Copying rows together pays if they are read again: once for each block of columns.
  const direct = fours && width <= 16;
  const pointers = scratch;
  const rows = pointers + tapStride;
  const columns = rows + (tapStride << 2);
  for (let p = 0; p < geo.tile; p++) store<usize>(pointers + (p << 2), rows + (p << 4));
  for (let start = geo.first; start < last; start += geo.tile) {
    if (totals != 0 && (start / geo.tile) % CARRY == CARRY - 1) {
      carry(geo, filter, depth, columnCount, pitch, totals, false);
    }
    const count = min(geo.tile, last - start);
    fillTable(geo, start, count, 32, tapStride);
    fillOwners(geo, start, count);
    for (let g = 0; g < groups; g++) {
      const firstColumn = filter + ((g * width) << 2);
      if (fours && width <= 4) {
        packTurned(geo, columns, count, (g * width) << 2, width);
        for (let t = 0; t < geo.tapCount; t += 2) {
          const table = geo.table + t * tapStride;
          const second = t + 1 < geo.tapCount ? tapStride : 0;
          for (let k = 0; k < depth; k += 4) {
            narrow(
              table, table + second, (g * depth + k) << 2, columns, count,
              rowAddress(geo, firstColumn, pitch, depth, t * depth + k),
              second == 0 ? 0 : rowAddress(geo, firstColumn, pitch, depth, (t + 1) * depth + k),
              pitch, width,
            );
          }
        }
        continue;
      }
      for (let n = 0; n < width; n += 8) {
        packColumns(geo, columns + ((n * count) << 2), count, (g * width + n) << 2, width - n);
      }
      for (let r = 0; r < rowCount; r += 4) {
        const valid = min(4, rowCount - r);
        if (direct) {
          const table = geo.table + (r / depth) * tapStride;
          wide(geo, table, (g * depth + r % depth) << 2, columns, count, firstColumn, pitch, depth, r, valid, width);
        } else {
          packRows(geo, rows, count, tapStride, g * depth, depth, r, valid);
          wide(geo, pointers, 0, columns, count, firstColumn, pitch, depth, r, valid, width);
        }
      }
    }
  }
  if (totals != 0) carry(geo, filter, depth, columnCount, pitch, totals, true);
}

/** [position][8] of what belongs to the positions, zeros behind the last channel. */
function packColumns(geo: Geometry, packed: usize, count: i32, offset: usize, left: i32): void {
  let owners = geo.owners;
  for (let p = 0; p < count; p++) {
    const o = load<usize>(owners) + offset;
    if (left >= 8) {
      v128.store(packed, v128.load(o));
      v128.store(packed, v128.load(o, 16), 16);
    } else {
      v128.store(packed, loadFour(o, left));
      v128.store(packed, loadFour(o + 16, left - 4), 16);
    }
    packed += 32;
    owners += 4;
  }
}

/** [position][4][4]: four channels of what belongs to the positions, turned by 0, 1, 2 and 3 lanes. */
function packTurned(geo: Geometry, packed: usize, count: i32, offset: usize, left: i32): void {
  let owners = geo.owners;
  for (let p = 0; p < count; p++) {
    const y = loadFour(load<usize>(owners) + offset, left);
    v128.store(packed, y);
    v128.store(packed, v128.shuffle<f32>(y, y, 1, 2, 3, 0), 16);
    v128.store(packed, v128.shuffle<f32>(y, y, 2, 3, 0, 1), 32);
    v128.store(packed, v128.shuffle<f32>(y, y, 3, 0, 1, 2), 48);
    packed += 64;
    owners += 4;
  }
}

/** [position][4] of four rows, zeros behind the last. */
function packRows(
  geo: Geometry, packed: usize, count: i32, tapStride: i32, firstChannel: i32, depth: i32, row: i32, valid: i32,
): void {
  if (valid == 4 && (depth & 3) == 0) {
    let table = geo.table + (row / depth) * tapStride;
    const offset = (firstChannel + (row % depth)) << 2;
    for (let p = 0; p < count; p++) {
      v128.store(packed, v128.load(load<usize>(table) + offset));
      table += 4;
      packed += 16;
    }
    return;
  }
  for (let i = 0; i < 4; i++) {
    let to = packed + (i << 2);
    const r = row + min(i, valid - 1);
    let table = geo.table + (r / depth) * tapStride;
    const offset = (firstChannel + (r % depth)) << 2;
    for (let p = 0; p < count; p++) {
      store<f32>(to, load<f32>(load<usize>(table) + offset));
      table += 4;
      to += 16;
    }
  }
}

/** Where the gradient of a row starts in the filter. */
function rowAddress(geo: Geometry, filter: usize, pitch: i32, depth: i32, row: i32): usize {
  const index = load<i32>(geo.taps + (row / depth) * 12, 8);
  return filter + (index * depth + (row % depth)) * pitch;
}

function accumulateFour(address: usize, sum: v128, left: i32): void {
  storeFour(address, f32x4.add(loadFour(address, left), sum), left);
}

function accumulateEight(address: usize, low: v128, high: v128, left: i32): void {
  accumulateFour(address, low, min(left, 4));
  if (left > 4) accumulateFour(address + 16, high, left - 4);
}

/**
 * Four rows, at `offset` from each position's pointer, by every block of eight columns, summed over
 * the positions. One position a step, and the steps inside the loop over blocks: so the sums stay
 * in registers, and V8 unrolls the steps.
 */
function wide(
  geo: Geometry, pointers: usize, offset: usize, columns: usize, count: i32,
  filter: usize, pitch: i32, depth: i32, row: i32, valid: i32, width: i32,
): void {
  for (let n = 0; n < width; n += 8) {
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    let pointer = pointers;
    for (let p = count; p > 0; p--) {
      const x = load<usize>(pointer) + offset;
      const w0 = v128.load(columns), w1 = v128.load(columns, 16);
      let s = v128.load32_splat(x);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
      s = v128.load32_splat(x, 4);
      b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
      s = v128.load32_splat(x, 8);
      c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
      s = v128.load32_splat(x, 12);
      d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);
      pointer += 4;
      columns += 32;
    }
    const left = min(8, width - n);
    accumulateEight(rowAddress(geo, filter, pitch, depth, row), a0, a1, left);
    if (valid > 1) accumulateEight(rowAddress(geo, filter, pitch, depth, row + 1), b0, b1, left);
    if (valid > 2) accumulateEight(rowAddress(geo, filter, pitch, depth, row + 2), c0, c1, left);
    if (valid > 3) accumulateEight(rowAddress(geo, filter, pitch, depth, row + 3), d0, d1, left);
    filter += 32;
  }
}

/**
 * Four rows of each of two taps by at most four columns, summed over the positions. Sum r holds
 * products of row k with column (k + r) mod 4. Where `targetB` is 0 there is one tap only.
 */
function narrow(
  tableA: usize, tableB: usize, offset: usize, columns: usize, count: i32,
  targetA: usize, targetB: usize, pitch: i32, width: i32,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
  let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
  for (let p = count; p > 0; p--) {
    const xa = v128.load(load<usize>(tableA) + offset), xb = v128.load(load<usize>(tableB) + offset);
    let y = v128.load(columns);
    a0 = madd(a0, xa, y); b0 = madd(b0, xb, y);
    y = v128.load(columns, 16);
    a1 = madd(a1, xa, y); b1 = madd(b1, xb, y);
    y = v128.load(columns, 32);
    a2 = madd(a2, xa, y); b2 = madd(b2, xb, y);
    y = v128.load(columns, 48);
    a3 = madd(a3, xa, y); b3 = madd(b3, xb, y);
    tableA += 4;
    tableB += 4;
    columns += 64;
  }
  accumulateTurned(targetA, pitch, a0, a1, a2, a3, width);
  if (targetB != 0) accumulateTurned(targetB, pitch, b0, b1, b2, b3, width);
}

/** Column n of row k is lane k of sum (n − k) mod 4. */
function accumulateTurned(address: usize, pitch: i32, s0: v128, s1: v128, s2: v128, s3: v128, width: i32): void {
  const low01 = v128.shuffle<f32>(s0, s1, 0, 4, 1, 5), high01 = v128.shuffle<f32>(s0, s1, 2, 6, 3, 7);
  const low23 = v128.shuffle<f32>(s2, s3, 0, 4, 1, 5), high23 = v128.shuffle<f32>(s2, s3, 2, 6, 3, 7);
  accumulateFour(address, v128.shuffle<f32>(low01, low23, 0, 1, 4, 5), width);
  address += pitch;
  accumulateFour(address, v128.shuffle<f32>(low01, low23, 7, 2, 3, 6), width);
  address += pitch;
  accumulateFour(address, v128.shuffle<f32>(high01, high23, 4, 5, 0, 1), width);
  address += pitch;
  accumulateFour(address, v128.shuffle<f32>(high01, high23, 3, 6, 7, 2), width);
}
