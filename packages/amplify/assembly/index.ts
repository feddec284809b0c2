// Pixels of images are `channels` float32 each, those of masks a byte. What works on images reads and writes
// up to 12 bytes beyond rows.

/**
 * `count` rows of a resized image. `rowTaps` and `columnTaps` hold, for each row and column of it,
 * the two of the image that it lies between (rows: indices; columns: offsets in bytes) and their
 * weights, four 32-bit numbers. `slots` has room for two rows, each 32 bytes longer than it is.
 */
export function resizeRows(
  source: usize, sourceRowBytes: i32, rowTaps: usize, columnTaps: usize, slots: usize, out: usize,
  count: i32, width: i32, channels: i32,
): void {
  const bytes = (width * channels) << 2;
  // Neighbouring rows differ in parity, so that two slots hold what a row of the result needs.
  const even = slots, odd = slots + bytes + 32;
  let heldEven = -1, heldOdd = -1;
  for (let i = 0; i < count; i++) {
    for (let tap = 0; tap < 8; tap += 4) {
      const row = load<i32>(rowTaps + tap);
      const isOdd = row & 1;
      if ((isOdd ? heldOdd : heldEven) == row) continue;
      blendPixels(source + row * sourceRowBytes, columnTaps, isOdd ? odd : even, width, channels);
      if (isOdd) heldOdd = row;
      else heldEven = row;
    }
    const low = load<i32>(rowTaps) & 1 ? odd : even, high = load<i32>(rowTaps, 4) & 1 ? odd : even;
    blendRows(low, high, out, bytes, v128.load32_splat(rowTaps, 8), v128.load32_splat(rowTaps, 12));
    rowTaps += 16;
    out += bytes;
  }
}

/** Each pixel of `out` as a mixture of two of `source`. What is written beyond one is overwritten by the next. */
function blendPixels(source: usize, taps: usize, out: usize, width: i32, channels: i32): void {
  const bytes = channels << 2;
  const end = taps + (width << 4);
  if (bytes <= 16) {
    for (; taps < end; taps += 16) {
      const x = f32x4.mul(v128.load(source + load<i32>(taps)), v128.load32_splat(taps, 8));
      const y = f32x4.mul(v128.load(source + load<i32>(taps, 4)), v128.load32_splat(taps, 12));
      v128.store(out, f32x4.add(x, y));
      out += bytes;
    }
    return;
  }
  for (; taps < end; taps += 16) {
    const low = source + load<i32>(taps), high = source + load<i32>(taps, 4);
    const lowWeight = v128.load32_splat(taps, 8), highWeight = v128.load32_splat(taps, 12);
    for (let at = 0; at < bytes; at += 16) {
      const x = f32x4.mul(v128.load(low + at), lowWeight);
      const y = f32x4.mul(v128.load(high + at), highWeight);
      v128.store(out + at, f32x4.add(x, y));
    }
    out += bytes;
  }
}

function blendRows(low: usize, high: usize, out: usize, bytes: i32, w: v128, v: v128): void {
  const end = out + bytes;
  for (; out + 64 <= end; out += 64) {
    v128.store(out, f32x4.add(f32x4.mul(v128.load(low), w), f32x4.mul(v128.load(high), v)));
    v128.store(out, f32x4.add(f32x4.mul(v128.load(low, 16), w), f32x4.mul(v128.load(high, 16), v)), 16);
    v128.store(out, f32x4.add(f32x4.mul(v128.load(low, 32), w), f32x4.mul(v128.load(high, 32), v)), 32);
    v128.store(out, f32x4.add(f32x4.mul(v128.load(low, 48), w), f32x4.mul(v128.load(high, 48), v)), 48);
    low += 64; high += 64;
  }
  for (; out < end; out += 16) {
    v128.store(out, f32x4.add(f32x4.mul(v128.load(low), w), f32x4.mul(v128.load(high), v)));
    low += 16; high += 16;
  }
}

/** `count` rows one behind the other, those that are `reversed` with their pixels in reverse order. */
export function packRows(
  source: usize, sourceRowBytes: i32, out: usize, count: i32, width: i32, channels: i32, reversed: i32,
): void {
  const bytes = (width * channels) << 2;
  for (let row = 0; row < count; row++) {
    if (reversed) reversePixels(source, out, width, channels);
    else memory.copy(out, source, bytes);
    source += sourceRowBytes;
    out += bytes;
  }
}

function reversePixels(source: usize, out: usize, width: i32, channels: i32): void {
  const bytes = channels << 2;
  for (let from = source + (width - 1) * bytes, end = out + width * bytes; out < end; from -= bytes) {
    let at = 0;
    do {
      v128.store(out + at, v128.load(from + at));
      at += 16;
    } while (at < bytes);
    out += bytes;
  }
}

/**
 * Writes the box that holds every byte of a mask that is not 0 to `box`: top, bottom, left, right, the
 * ends excluded, 32 bits each. Top is `height` if there is none.
 */
export function markedBounds(mask: usize, rowBytes: i32, height: i32, width: i32, box: usize): void {
  let top = height, bottom = 0, left = width, right = 0;
  for (let row = 0; row < height; row++, mask += rowBytes) {
    const first = firstMarked(mask, width);
    if (first == width) continue;
    let end = width;
    while (load<u8>(mask + end - 1) == 0) end--;
    if (top == height) top = row;
    bottom = row + 1;
    left = min(left, first);
    right = max(right, end);
  }
  store<i32>(box, top);
  store<i32>(box, bottom, 4);
  store<i32>(box, left, 8);
  store<i32>(box, right, 12);
}

function firstMarked(row: usize, width: i32): i32 {
  let at = 0;
  while (at + 16 <= width && !v128.any_true(v128.load(row + at))) at += 16;
  while (at < width && load<u8>(row + at) == 0) at++;
  return at;
}
