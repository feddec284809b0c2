/**
 * Adds up bytes of 0 and 1, `length` of each, a multiple of 16 below 1 MiB. Writes three 32-bit numbers to `out`:
 * how many bytes of both are 1, of the first, of the second; and a fourth, which has a bit above the lowest of some
 * byte where a byte is neither 0 nor 1.
 */
export function tallyBits(first: usize, second: usize, length: i32, out: usize): void {
  let both = i32x4.splat(0), ones = i32x4.splat(0), others = i32x4.splat(0), seen = i32x4.splat(0);
  const end = first + length;
  while (first < end) {
    // 255 vectors before a byte can overflow.
    const pause = min(end, first + 255 * 16);
    let a = i8x16.splat(0), b = i8x16.splat(0), c = i8x16.splat(0);
    for (; first < pause; first += 16) {
      const x = v128.load(first), y = v128.load(second);
      a = i8x16.add(a, v128.and(x, y));
      b = i8x16.add(b, x);
      c = i8x16.add(c, y);
      seen = v128.or(seen, v128.or(x, y));
      second += 16;
    }
    both = i32x4.add(both, sums(a));
    ones = i32x4.add(ones, sums(b));
    others = i32x4.add(others, sums(c));
  }
  store<i32>(out, total(both));
  store<i32>(out, total(ones), 4);
  store<i32>(out, total(others), 8);
  const high = v128.or(seen, v128.shuffle<i32>(seen, seen, 2, 3, 0, 1));
  store<i32>(out, i32x4.extract_lane(v128.or(high, v128.shuffle<i32>(high, high, 1, 0, 3, 2)), 0), 12);
}

function sums(bytes: v128): v128 {
  return i32x4.extadd_pairwise_i16x8_u(i16x8.extadd_pairwise_i8x16_u(bytes));
}

function total(lanes: v128): i32 {
  return (
    i32x4.extract_lane(lanes, 0) + i32x4.extract_lane(lanes, 1) +
    i32x4.extract_lane(lanes, 2) + i32x4.extract_lane(lanes, 3)
  );
}
