/**
 * Adds up bytes of 0 and 1, `length` of each, a multiple of 16 up to 65536, so that no lane overflows. Writes four
 * vectors to `out`, whose 16-bit lanes add up to: how many bytes of both are 1, of the first, of the second; and, one
 * or the other, a number that has a bit above the lowest of some byte where a byte is neither 0 nor 1.
 */
export function tallyBits(first: usize, second: usize, length: i32, out: usize): void {
  let both = i16x8.splat(0), ones = both, others = both, seen = both;
  for (const end = first + length; first < end; first += 16) {
    const x = v128.load(first), y = v128.load(second);
    both = i16x8.add(both, i16x8.extadd_pairwise_i8x16_u(v128.and(x, y)));
    ones = i16x8.add(ones, i16x8.extadd_pairwise_i8x16_u(x));
    others = i16x8.add(others, i16x8.extadd_pairwise_i8x16_u(y));
    seen = v128.or(seen, v128.or(x, y));
    second += 16;
  }
  v128.store(out, both);
  v128.store(out, ones, 16);
  v128.store(out, others, 32);
  v128.store(out, seen, 48);
}
