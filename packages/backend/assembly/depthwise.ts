import { CARRY, carry } from './carry';
import { fillOwners, fillTable, Geometry } from './geometry';
import { loadFour, madd, storeLanes } from './lanes';

/** write[position, c] = Σ over taps of read[position + tap, c] × filter[tap, c]. */
export function depthwise(geometry: usize, filter: usize, channels: i32): void {
  const geo = changetype<Geometry>(geometry);
  const taps = geo.tapCount;
  const last = geo.last;
  for (let start = geo.first; start < last; start += geo.tile) {
    const count = min(geo.tile, last - start);
    fillTable(geo, start, count, taps << 5, 32);
    fillOwners(geo, start, count);
    let table = geo.table;
    let owners = geo.owners;
    for (let p = 0; p < count; p += 4) {
      let c = 0;
      for (; c + 8 <= channels; c += 8) eight(geo, table, owners, filter, channels, c << 2);
      for (; c < channels; c += 4) four(geo, table, owners, filter, channels, c << 2, channels - c);
      table += (p & 4) ? (taps << 5) - 16 : <i32>16;
      owners += 16;
    }
  }
}

/** Four positions by eight channels. */
function eight(geo: Geometry, table: usize, owners: usize, filter: usize, channels: i32, offset: usize): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  const taps = geo.tapCount;
  let list = geo.taps;
  for (let t = 0; t < taps; t++) {
    const weights = filter + ((load<i32>(list, 8) * channels) << 2) + offset;
    const w0 = v128.load(weights), w1 = v128.load(weights, 16);
    let p = load<usize>(table) + offset;
    a0 = madd(a0, v128.load(p), w0); a1 = madd(a1, v128.load(p, 16), w1);
    p = load<usize>(table, 4) + offset;
    b0 = madd(b0, v128.load(p), w0); b1 = madd(b1, v128.load(p, 16), w1);
    p = load<usize>(table, 8) + offset;
    c0 = madd(c0, v128.load(p), w0); c1 = madd(c1, v128.load(p, 16), w1);
    p = load<usize>(table, 12) + offset;
    d0 = madd(d0, v128.load(p), w0); d1 = madd(d1, v128.load(p, 16), w1);
    list += 12;
    table += 32;
  }
  let o = load<usize>(owners) + offset;
  v128.store(o, a0); v128.store(o, a1, 16);
  o = load<usize>(owners, 4) + offset;
  v128.store(o, b0); v128.store(o, b1, 16);
  o = load<usize>(owners, 8) + offset;
  v128.store(o, c0); v128.store(o, c1, 16);
  o = load<usize>(owners, 12) + offset;
  v128.store(o, d0); v128.store(o, d1, 16);
}

/** Four positions by the last one to four channels. */
function four(
  geo: Geometry, table: usize, owners: usize, filter: usize, channels: i32, offset: usize, left: i32,
): void {
  const taps = geo.tapCount;
  for (let i = 0; i < 4; i++) {
    let sum = f32x4.splat(0);
    for (let t = 0; t < taps; t++) {
      const weights = filter + ((load<i32>(geo.taps + t * 12, 8) * channels) << 2) + offset;
      const p = load<usize>(table + (t << 5)) + offset;
      sum = madd(sum, loadFour(p, left), loadFour(weights, left));
    }
    const o = load<usize>(owners) + offset;
    if (left >= 4) v128.store(o, sum);
    else storeLanes(o, sum, left);
    table += 4;
    owners += 4;
  }
}

/**
 * filter[tap, c] += Σ over positions of read[position + tap, c] × write[position, c]; `pitch`
 * and `totals` as in `filterGradient`.
 */
export function depthwiseFilter(
  geometry: usize, filter: usize, channels: i32, pitch: i32, totals: usize,
): void {
  const geo = changetype<Geometry>(geometry);
  const taps = geo.tapCount;
  const last = geo.last;
  const tapStride = geo.tile << 2;
  for (let start = geo.first; start < last; start += geo.tile) {
    if (totals != 0 && (start / geo.tile) % CARRY == CARRY - 1) {
      carry(geo, filter, 1, channels, pitch, totals, false);
    }
    const count = min(geo.tile, last - start);
    fillTable(geo, start, count, 32, tapStride);
    fillOwners(geo, start, count);
    for (let c = 0; c < channels; c += 8) {
      let t = 0;
      for (; t < taps; ) {
        if (c + 8 > channels) {
          tapTail(geo, t, count, tapStride, filter, pitch, channels, c);
          t++;
        } else if (t + 3 <= taps) {
          threeTaps(geo, t, count, tapStride, filter, pitch, c << 2);
          t += 3;
        } else {
          oneTap(geo, t, count, tapStride, filter, pitch, c << 2);
          t++;
        }
      }
    }
  }
  if (totals != 0) carry(geo, filter, 1, channels, pitch, totals, true);
}

function target(geo: Geometry, tap: i32, filter: usize, pitch: i32, offset: usize): usize {
  return filter + load<i32>(geo.taps + tap * 12, 8) * pitch + offset;
}

function accumulate(address: usize, sum: v128): void {
  v128.store(address, f32x4.add(v128.load(address), sum));
}

function threeTaps(
  geo: Geometry, tap: i32, count: i32, tapStride: i32, filter: usize, pitch: i32, offset: usize,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0);
  let ta = geo.table + tap * tapStride, owners = geo.owners;
  let tb = ta + tapStride, tc = tb + tapStride;
  for (let p = 0; p < count; p++) {
    const o = load<usize>(owners) + offset;
    const d0 = v128.load(o), d1 = v128.load(o, 16);
    let r = load<usize>(ta) + offset;
    a0 = madd(a0, v128.load(r), d0); a1 = madd(a1, v128.load(r, 16), d1);
    r = load<usize>(tb) + offset;
    b0 = madd(b0, v128.load(r), d0); b1 = madd(b1, v128.load(r, 16), d1);
    r = load<usize>(tc) + offset;
    c0 = madd(c0, v128.load(r), d0); c1 = madd(c1, v128.load(r, 16), d1);
    owners += 4; ta += 4; tb += 4; tc += 4;
  }
  let w = target(geo, tap, filter, pitch, offset);
  accumulate(w, a0); accumulate(w + 16, a1);
  w = target(geo, tap + 1, filter, pitch, offset);
  accumulate(w, b0); accumulate(w + 16, b1);
  w = target(geo, tap + 2, filter, pitch, offset);
  accumulate(w, c0); accumulate(w + 16, c1);
}

function oneTap(
  geo: Geometry, tap: i32, count: i32, tapStride: i32, filter: usize, pitch: i32, offset: usize,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0);
  let table = geo.table + tap * tapStride, owners = geo.owners;
  for (let p = 0; p < count; p++) {
    const o = load<usize>(owners) + offset;
    const r = load<usize>(table) + offset;
    a0 = madd(a0, v128.load(r), v128.load(o)); a1 = madd(a1, v128.load(r, 16), v128.load(o, 16));
    owners += 4; table += 4;
  }
  const w = target(geo, tap, filter, pitch, offset);
  accumulate(w, a0); accumulate(w + 16, a1);
}

/** One tap of the last one to seven channels. */
function tapTail(
  geo: Geometry, tap: i32, count: i32, tapStride: i32, filter: usize, pitch: i32, channels: i32, first: i32,
): void {
  for (let c = first; c < channels; c++) {
    const offset = c << 2;
    let sum: f32 = 0;
    let table = geo.table + tap * tapStride, owners = geo.owners;
    for (let p = 0; p < count; p++) {
      sum += load<f32>(load<usize>(table) + offset) * load<f32>(load<usize>(owners) + offset);
      owners += 4; table += 4;
    }
    const w = target(geo, tap, filter, pitch, offset);
    store<f32>(w, load<f32>(w) + sum);
  }
}
