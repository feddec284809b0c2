/** The first `count` (1…3) lanes. */
export function storeLanes(address: usize, value: v128, count: i32): void {
  if (count >= 2) v128.store64_lane(address, value, 0);
  if (count == 1) v128.store32_lane(address, value, 0);
  if (count == 3) v128.store32_lane(address, value, 2, 8);
}

/** The first `count` (1…8) of eight values. */
export function storeEight(address: usize, low: v128, high: v128, count: i32): void {
  if (count >= 4) {
    v128.store(address, low);
    if (count == 8) v128.store(address, high, 16);
    else if (count > 4) storeLanes(address + 16, high, count - 4);
  } else {
    storeLanes(address, low, count);
  }
}

/** The first `count` (1…4) of four values. */
export function storeFour(address: usize, value: v128, count: i32): void {
  if (count == 4) v128.store(address, value);
  else storeLanes(address, value, count);
}

/** The first `count` (0…4) lanes, zeros behind. */
export function loadFour(address: usize, count: i32): v128 {
  if (count >= 4) return v128.load(address);
  let value = f32x4.splat(0);
  if (count >= 2) value = v128.load64_zero(address);
  if (count == 1) value = v128.load32_zero(address);
  if (count == 3) value = v128.load32_lane(address, value, 2, 8);
  return value;
}

export function madd(sum: v128, a: v128, b: v128): v128 {
  return f32x4.add(sum, f32x4.mul(a, b));
}

export function splat(address: usize, offset: usize = 0): v128 {
  return v128.load32_splat(address + offset);
}
