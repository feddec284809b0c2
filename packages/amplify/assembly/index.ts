// Pixels are `channels` float32 each. All functions read and write up to 12 bytes beyond rows.

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

/** Each pixel of `out` as a mixture of two pixels of `source`. */
function blendPixels(source: usize, taps: usize, out: usize, width: i32, channels: i32): void {
  const bytes = channels << 2;
  for (let i = 0; i < width; i++) {
    const low = source + load<i32>(taps), high = source + load<i32>(taps, 4);
    const lowWeight = v128.load32_splat(taps, 8), highWeight = v128.load32_splat(taps, 12);
    let at = 0;
    // What is written beyond a pixel is overwritten by the next.
    do {
      const x = f32x4.mul(v128.load(low + at), lowWeight);
      const y = f32x4.mul(v128.load(high + at), highWeight);
      v128.store(out + at, f32x4.add(x, y));
      at += 16;
    } while (at < bytes);
    taps += 16;
    out += bytes;
  }
}

function blendRows(low: usize, high: usize, out: usize, bytes: i32, w: v128, v: v128): void {
  for (let at = 0; at < bytes; at += 16) {
    const x = f32x4.mul(v128.load(low + at), w);
    const y = f32x4.mul(v128.load(high + at), v);
    v128.store(out + at, f32x4.add(x, y));
  }
}

/** A row with its pixels in reverse order. */
export function reversePixels(source: usize, out: usize, width: i32, channels: i32): void {
  const bytes = channels << 2;
  source += width * bytes;
  for (let i = 0; i < width; i++) {
    source -= bytes;
    let at = 0;
    do {
      v128.store(out + at, v128.load(source + at));
      at += 16;
    } while (at < bytes);
    out += bytes;
  }
}
