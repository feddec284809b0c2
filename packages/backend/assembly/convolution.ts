import { fillOwners, fillTable, Geometry } from './geometry';
import { loadFour, madd, storeEight, storeFour } from './lanes';

/**
 * Filter into the order in which `convolve` reads it: for each group, for each block of 8 output
 * channels (4 where at most 4 remain), for each tap, the weights, zeros behind the last. The element of tap t, group g, input k, output n lies at
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
        const source = filter + ((index * tapStride + g * groupStride + n * outStride) << 2);
        packed = block == 8
          ? packEight(source, packed, depth, valid, inStride << 2, outStride << 2)
          : packFour(source, packed, depth, valid, inStride << 2, outStride << 2);
      }
      n += block;
    }
  }
}

/** One tap as `wide` reads it: for each input its eight outputs. */
function packEight(source: usize, packed: usize, depth: i32, valid: i32, inStride: usize, outStride: usize): usize {
  for (let k = 0; k < depth; k++) {
    if (outStride == 4 && valid == 8) {
      v128.store(packed, v128.load(source));
      v128.store(packed, v128.load(source, 16), 16);
    } else {
      for (let i = 0; i < 8; i++) {
        store<f32>(packed + (i << 2), i < valid ? load<f32>(source + i * outStride) : 0);
      }
    }
    packed += 32;
    source += inStride;
  }
  return packed;
}

/** One tap as `narrow` reads it: for each four inputs, for r = 0…3, outputs (k + r) mod 4 of inputs k. */
function packFour(source: usize, packed: usize, depth: i32, valid: i32, inStride: usize, outStride: usize): usize {
  for (let k = 0; k < depth; k += 4) {
    for (let r = 0; r < 4; r++) {
      for (let i = 0; i < 4; i++) {
        const n = (i + r) & 3;
        const inside = k + i < depth && n < valid;
        store<f32>(packed, inside ? load<f32>(source + (k + i) * inStride + n * outStride) : 0);
        packed += 4;
      }
    }
  }
  return packed;
}

/**
 * write[position, g, n] = Σ over taps, k of read[position + tap, g, k] × filter[tap, g, k, n], with
 * `packed` from `packFilter`, `depth` input and `width` output channels in each of `groups` groups.
 */
export function convolve(geometry: usize, packed: usize, groups: i32, depth: i32, width: i32): void {
  const geo = changetype<Geometry>(geometry);
  const taps = geo.tapCount;
  const last = geo.last;
  for (let start = geo.first; start < last; start += geo.tile) {
    const count = min(geo.tile, last - start);
    fillTable(geo, start, count, taps << 5, 32);
    fillOwners(geo, start, count);
    let weights = packed;
    for (let g = 0; g < groups; g++) {
      const offset = (g * depth) << 2;
      for (let n = 0; n < width; ) {
        const target = (g * width + n) << 2;
        const left = width - n;
        const block = left > 4 ? 8 : 4;
        if (block == 8) {
          wide(geo, count, depth, offset, target, weights, min(left, 8));
          weights += (taps * depth) << 5;
        } else {
          narrow(geo, count, depth, offset, target, weights, left);
          weights += (taps * ((depth + 3) & ~3)) << 4;
        }
        n += block;
      }
    }
  }
}

/**
 * Eight outputs, of four positions at a time. One input channel a step: more would spill the sums
 * from their registers.
 */
function wide(
  geo: Geometry, count: i32, depth: i32, offset: usize, target: usize, packed: usize, valid: i32,
): void {
  const taps = geo.tapCount;
  let owners = geo.owners;
  for (let p = 0; p < count; p += 4) {
    let table = geo.table + (p >> 3) * (taps << 5) + ((p & 4) << 2);
    let weights = packed;
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), b0 = f32x4.splat(0), b1 = f32x4.splat(0);
    let c0 = f32x4.splat(0), c1 = f32x4.splat(0), d0 = f32x4.splat(0), d1 = f32x4.splat(0);
    for (let t = 0; t < taps; t++) {
      let pa = load<usize>(table) + offset;
      let pb = load<usize>(table, 4) + offset;
      let pc = load<usize>(table, 8) + offset;
      let pd = load<usize>(table, 12) + offset;
      table += 32;
      for (let k = depth; k > 0; k--) {
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
    owners += 16;
  }
}

/**
 * At most four outputs, of two positions at a time, four input channels a step: sum r gathers
 * products of input k with output (k + r) mod 4, so that nothing need be spread over lanes.
 */
function narrow(
  geo: Geometry, count: i32, depth: i32, offset: usize, target: usize, packed: usize, valid: i32,
): void {
  const taps = geo.tapCount;
  const rest = depth & 3;
  let owners = geo.owners;
  for (let p = 0; p < count; p += 2) {
    let table = geo.table + (p >> 3) * (taps << 5) + ((p & 7) << 2);
    let weights = packed;
    let a0 = f32x4.splat(0), a1 = f32x4.splat(0), a2 = f32x4.splat(0), a3 = f32x4.splat(0);
    let b0 = f32x4.splat(0), b1 = f32x4.splat(0), b2 = f32x4.splat(0), b3 = f32x4.splat(0);
    if (depth == 4) {
      for (let t = taps; t > 0; t--) {
        const xa = v128.load(load<usize>(table) + offset), xb = v128.load(load<usize>(table, 4) + offset);
        let w = v128.load(weights);
        a0 = madd(a0, xa, w); b0 = madd(b0, xb, w);
        w = v128.load(weights, 16);
        a1 = madd(a1, xa, w); b1 = madd(b1, xb, w);
        w = v128.load(weights, 32);
        a2 = madd(a2, xa, w); b2 = madd(b2, xb, w);
        w = v128.load(weights, 48);
        a3 = madd(a3, xa, w); b3 = madd(b3, xb, w);
        table += 32;
        weights += 64;
      }
    } else {
      for (let t = 0; t < taps; t++) {
        let pa = load<usize>(table) + offset;
        let pb = load<usize>(table, 4) + offset;
        table += 32;
        for (let k = depth >> 2; k > 0; k--) {
          const xa = v128.load(pa), xb = v128.load(pb);
          let w = v128.load(weights);
          a0 = madd(a0, xa, w); b0 = madd(b0, xb, w);
          w = v128.load(weights, 16);
          a1 = madd(a1, xa, w); b1 = madd(b1, xb, w);
          w = v128.load(weights, 32);
          a2 = madd(a2, xa, w); b2 = madd(b2, xb, w);
          w = v128.load(weights, 48);
          a3 = madd(a3, xa, w); b3 = madd(b3, xb, w);
          pa += 16; pb += 16;
          weights += 64;
        }
        if (rest > 0) {
          const xa = loadFour(pa, rest), xb = loadFour(pb, rest);
          let w = v128.load(weights);
          a0 = madd(a0, xa, w); b0 = madd(b0, xb, w);
          w = v128.load(weights, 16);
          a1 = madd(a1, xa, w); b1 = madd(b1, xb, w);
          w = v128.load(weights, 32);
          a2 = madd(a2, xa, w); b2 = madd(b2, xb, w);
          w = v128.load(weights, 48);
          a3 = madd(a3, xa, w); b3 = madd(b3, xb, w);
          weights += 64;
        }
      }
    }
    storeFour(load<usize>(owners) + target, sumTurned(a0, a1, a2, a3), valid);
    storeFour(load<usize>(owners, 4) + target, sumTurned(b0, b1, b2, b3), valid);
    owners += 8;
  }
}

/** Lane n of the result: the sum of lanes (n − r) mod 4 of sum r. */
function sumTurned(s0: v128, s1: v128, s2: v128, s3: v128): v128 {
  return f32x4.add(
    f32x4.add(s0, v128.shuffle<f32>(s1, s1, 3, 0, 1, 2)),
    f32x4.add(v128.shuffle<f32>(s2, s2, 2, 3, 0, 1), v128.shuffle<f32>(s3, s3, 1, 2, 3, 0)),
  );
}
