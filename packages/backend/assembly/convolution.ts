import { fillOwners, fillTable, Geometry, positions } from './geometry';
import { madd, storeEight, storeFour } from './lanes';

/**
 * Filter into the order in which `convolve` reads it: for each group, for each block of 8 output
 * channels (4 where at most 4 remain), for each tap, for each input channel: the block's weights,
 * zeros behind the last. The element of tap t, group g, input k, output n lies at
 * t × tapStride + g × groupStride + k × inStride + n × outStride floats.
 */
export function packFilter(
  filter: usize, packed: usize, taps: usize, tapCount: i32, groups: i32, depth: i32, width: i32,
  tapStride: i32, groupStride: i32, inStride: i32, outStride: i32,
): void {
  for (let g = 0; g < groups; g++) {
    for (let n = 0; n < width; ) {
      const block = width - n > 4 ? 8 : 4;
      const valid = min(block, width - n);
      for (let t = 0; t < tapCount; t++) {
        const index = load<i32>(taps + t * 12, 8);
        let source = filter + ((index * tapStride + g * groupStride + n * outStride) << 2);
        if (outStride == 1 && valid == block) {
          for (let k = 0; k < depth; k++) {
            v128.store(packed, v128.load(source));
            if (block == 8) v128.store(packed, v128.load(source, 16), 16);
            packed += block << 2;
            source += inStride << 2;
          }
        } else {
          for (let k = 0; k < depth; k++) {
            for (let i = 0; i < block; i++) {
              store<f32>(packed, i < valid ? load<f32>(source + ((i * outStride) << 2)) : 0);
              packed += 4;
            }
            source += inStride << 2;
          }
        }
      }
      n += block;
    }
  }
}

/**
 * write[position, g, n] = Σ over taps, k of read[position + tap, g, k] × filter[tap, g, k, n], with
 * `packed` from `packFilter`, `depth` input and `width` output channels in each of `groups` groups.
 */
export function convolve(geometry: usize, packed: usize, groups: i32, depth: i32, width: i32): void {
  const geo = changetype<Geometry>(geometry);
  const taps = geo.tapCount;
  const total = positions(geo);
  for (let start = 0; start < total; start += geo.tile) {
    const count = min(geo.tile, total - start);
    fillTable(geo, start, count, taps << 5, 32);
    fillOwners(geo, start, count);
    let weights = packed;
    for (let g = 0; g < groups; g++) {
      const offset = (g * depth) << 2;
      for (let n = 0; n < width; ) {
        const target = (g * width + n) << 2;
        const left = width - n;
        const block = left > 4 ? 8 : 4;
        let table = geo.table;
        let owners = geo.owners;
        for (let p = 0; p < count; p += 8) {
          if (block == 8) {
            tile4x8(table, owners, taps, depth, offset, target, weights, min(left, 8));
            if (p + 4 < count) {
              tile4x8(table + 16, owners + 16, taps, depth, offset, target, weights, min(left, 8));
            }
          } else {
            tile8x4(table, owners, taps, depth, offset, target, weights, min(left, 4));
          }
          table += taps << 5;
          owners += 32;
        }
        weights += (taps * depth * block) << 2;
        n += block;
      }
    }
  }
}

/** Four positions by eight channels. */
function tile4x8(
  table: usize, owners: usize, taps: i32, depth: i32, offset: usize, target: usize, weights: usize, valid: i32,
): void {
  let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
  let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
  for (let t = 0; t < taps; t++) {
    let pa = load<usize>(table) + offset;
    let pb = load<usize>(table, 4) + offset;
    let pc = load<usize>(table, 8) + offset;
    let pd = load<usize>(table, 12) + offset;
    table += 32;
    let k = depth;
    for (; k >= 4; k -= 4) {
      let w0 = v128.load(weights), w1 = v128.load(weights, 16);
      let s = v128.load32_splat(pa);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
      s = v128.load32_splat(pb);
      b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
      s = v128.load32_splat(pc);
      c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
      s = v128.load32_splat(pd);
      d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);

      w0 = v128.load(weights, 32); w1 = v128.load(weights, 48);
      s = v128.load32_splat(pa, 4);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
      s = v128.load32_splat(pb, 4);
      b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
      s = v128.load32_splat(pc, 4);
      c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
      s = v128.load32_splat(pd, 4);
      d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);

      w0 = v128.load(weights, 64); w1 = v128.load(weights, 80);
      s = v128.load32_splat(pa, 8);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
      s = v128.load32_splat(pb, 8);
      b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
      s = v128.load32_splat(pc, 8);
      c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
      s = v128.load32_splat(pd, 8);
      d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);

      w0 = v128.load(weights, 96); w1 = v128.load(weights, 112);
      s = v128.load32_splat(pa, 12);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
      s = v128.load32_splat(pb, 12);
      b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
      s = v128.load32_splat(pc, 12);
      c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
      s = v128.load32_splat(pd, 12);
      d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);

      pa += 16; pb += 16; pc += 16; pd += 16;
      weights += 128;
    }
    for (; k > 0; k--) {
      const w0 = v128.load(weights), w1 = v128.load(weights, 16);
      let s = v128.load32_splat(pa);
      a0 = madd(a0, s, w0); a1 = madd(a1, s, w1);
      s = v128.load32_splat(pb);
      b0 = madd(b0, s, w0); b1 = madd(b1, s, w1);
      s = v128.load32_splat(pc);
      c0 = madd(c0, s, w0); c1 = madd(c1, s, w1);
      s = v128.load32_splat(pd);
      d0 = madd(d0, s, w0); d1 = madd(d1, s, w1);
      pa += 4; pb += 4; pc += 4; pd += 4;
      weights += 32;
    }
  }
  storeEight(load<usize>(owners) + target, a0, a1, valid);
  storeEight(load<usize>(owners, 4) + target, b0, b1, valid);
  storeEight(load<usize>(owners, 8) + target, c0, c1, valid);
  storeEight(load<usize>(owners, 12) + target, d0, d1, valid);
}

/** Eight positions by four channels. */
function tile8x4(
  table: usize, owners: usize, taps: i32, depth: i32, offset: usize, target: usize, weights: usize, valid: i32,
): void {
  let a = f32x4.splat(0), b = f32x4.splat(0), c = f32x4.splat(0), d = f32x4.splat(0);
  let e = f32x4.splat(0), f = f32x4.splat(0), g = f32x4.splat(0), h = f32x4.splat(0);
  for (let t = 0; t < taps; t++) {
    let pa = load<usize>(table) + offset;
    let pb = load<usize>(table, 4) + offset;
    let pc = load<usize>(table, 8) + offset;
    let pd = load<usize>(table, 12) + offset;
    let pe = load<usize>(table, 16) + offset;
    let pf = load<usize>(table, 20) + offset;
    let pg = load<usize>(table, 24) + offset;
    let ph = load<usize>(table, 28) + offset;
    table += 32;
    let k = depth;
    for (; k >= 2; k -= 2) {
      let w = v128.load(weights);
      a = madd(a, v128.load32_splat(pa), w);
      b = madd(b, v128.load32_splat(pb), w);
      c = madd(c, v128.load32_splat(pc), w);
      d = madd(d, v128.load32_splat(pd), w);
      e = madd(e, v128.load32_splat(pe), w);
      f = madd(f, v128.load32_splat(pf), w);
      g = madd(g, v128.load32_splat(pg), w);
      h = madd(h, v128.load32_splat(ph), w);
      w = v128.load(weights, 16);
      a = madd(a, v128.load32_splat(pa, 4), w);
      b = madd(b, v128.load32_splat(pb, 4), w);
      c = madd(c, v128.load32_splat(pc, 4), w);
      d = madd(d, v128.load32_splat(pd, 4), w);
      e = madd(e, v128.load32_splat(pe, 4), w);
      f = madd(f, v128.load32_splat(pf, 4), w);
      g = madd(g, v128.load32_splat(pg, 4), w);
      h = madd(h, v128.load32_splat(ph, 4), w);
      pa += 8; pb += 8; pc += 8; pd += 8; pe += 8; pf += 8; pg += 8; ph += 8;
      weights += 32;
    }
    if (k > 0) {
      const w = v128.load(weights);
      a = madd(a, v128.load32_splat(pa), w);
      b = madd(b, v128.load32_splat(pb), w);
      c = madd(c, v128.load32_splat(pc), w);
      d = madd(d, v128.load32_splat(pd), w);
      e = madd(e, v128.load32_splat(pe), w);
      f = madd(f, v128.load32_splat(pf), w);
      g = madd(g, v128.load32_splat(pg), w);
      h = madd(h, v128.load32_splat(ph), w);
      weights += 16;
    }
  }
  storeFour(load<usize>(owners) + target, a, valid);
  storeFour(load<usize>(owners, 4) + target, b, valid);
  storeFour(load<usize>(owners, 8) + target, c, valid);
  storeFour(load<usize>(owners, 12) + target, d, valid);
  storeFour(load<usize>(owners, 16) + target, e, valid);
  storeFour(load<usize>(owners, 20) + target, f, valid);
  storeFour(load<usize>(owners, 24) + target, g, valid);
  storeFour(load<usize>(owners, 28) + target, h, valid);
}
