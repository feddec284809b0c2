const CLEAR = 256;
const END = 257;
const MOST_CODES = 4096;

/**
 * Inflates LZW data (TIFF 6.0, section 13) until `size` bytes are there or the data end.
 * @throws {Error} if a code means nothing, or the bits are in the order of before TIFF 6.0
 */
export function inflateLzw(data: Uint8Array, size: number): Uint8Array {
  // Data start with the code to clear, 9 bits, which the old order begins with a byte of 0.
  if (data[0] === 0 && (data[1]! & 1) === 1) {
    throw new Error('its LZW codes are in the order of before TIFF 6.0, which is not read');
  }
  const output = new Uint8Array(size);
  // Each code stands for the bytes at `starts`, of `lengths`, in the output itself.
  const starts = new Uint32Array(MOST_CODES);
  const lengths = new Uint32Array(MOST_CODES);
  let filled = 0;
  let next = END + 1;
  let width = 9;
  let held = 0;
  let available = 0;
  /** Where what the last code stood for starts, and its length; 0 after the code to clear. */
  let lastStart = 0;
  let lastLength = 0;
  for (let at = 0; filled < size; ) {
    while (available < width) {
      if (at >= data.length) return output.subarray(0, filled);
      held = ((held << 8) | data[at++]!) & 0xffffff;
      available += 8;
    }
    available -= width;
    const code = (held >>> available) & ((1 << width) - 1);
    if (code === END) break;
    if (code === CLEAR) {
      next = END + 1;
      width = 9;
      lastLength = 0;
      continue;
    }
    const start = filled;
    let length = 1;
    if (code < CLEAR) output[filled] = code;
    else if (code < next) length = lengths[code]!;
    else if (code === next && lastLength > 0) length = lastLength + 1;
    else throw new Error('an LZW code means nothing');
    if (code >= CLEAR) {
      const from = code < next ? starts[code]! : lastStart;
      // Byte by byte, since a string may reach into itself.
      const end = Math.min(size, filled + length);
      for (let to = filled; to < end; to++) output[to] = output[from + to - filled]!;
    }
    if (lastLength > 0 && next < MOST_CODES) {
      starts[next] = lastStart;
      lengths[next] = lastLength + 1;
      next++;
      // The width grows one code early (TIFF 6.0, page 60).
      if (next >= (1 << width) - 1 && width < 12) width++;
    }
    filled += length;
    lastStart = start;
    lastLength = length;
  }
  return output.subarray(0, Math.min(size, filled));
}
