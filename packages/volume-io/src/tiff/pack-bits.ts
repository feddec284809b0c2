/**
 * Expands PackBits data (TIFF 6.0, section 9) until `size` bytes are there or the data end.
 */
export function unpackBits(data: Uint8Array, size: number): Uint8Array {
  const output = new Uint8Array(size);
  let filled = 0;
  for (let at = 0; at < data.length && filled < size; ) {
    const count = data[at++]!;
    if (count === 128) continue;
    if (count < 128) {
      const literal = data.subarray(at, at + Math.min(count + 1, size - filled));
      output.set(literal, filled);
      filled += literal.length;
      at += count + 1;
    } else if (at < data.length) {
      const end = Math.min(size, filled + 257 - count);
      output.fill(data[at++]!, filled, end);
      filled = end;
    }
  }
  return output.subarray(0, filled);
}
