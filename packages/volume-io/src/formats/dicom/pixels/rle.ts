/**
 * Expands a frame of RLE Lossless (PS3.5, Annex G): one PackBits segment for each byte of each
 * sample, most significant first.
 * @param segments bytes a sample times samples a pixel
 * @param pixels pixels a frame
 * @returns little-endian samples, those of a pixel together
 * @throws {Error} if the data are damaged
 */
export function expandRle(
  data: Uint8Array,
  pixels: number,
  samples: number,
  bytes: number,
): Uint8Array<ArrayBuffer> {
  const view = new DataView(data.buffer, data.byteOffset, data.length);
  if (data.length < 64) throw new Error('the RLE header is cut off');
  const count = view.getUint32(0, true);
  if (count !== samples * bytes) {
    throw new Error(`${samples * bytes} RLE segments must be there, got ${count}`);
  }
  // Two bytes stand for at most 128.
  if (pixels * samples * bytes > 64 * data.length) {
    throw new Error(`${pixels} pixels cannot be in ${data.length} bytes`);
  }
  const frame = new Uint8Array(pixels * samples * bytes);
  const step = samples * bytes;
  for (let segment = 0; segment < count; segment++) {
    const start = view.getUint32(4 + 4 * segment, true);
    const end = segment + 1 < count ? view.getUint32(8 + 4 * segment, true) : data.length;
    if (start < 64 || end < start || end > data.length) throw new Error('an RLE offset is damaged');
    const sample = Math.floor(segment / bytes);
    let to = sample * bytes + (bytes - 1 - (segment % bytes));
    let left = pixels;
    let at = start;
    while (left > 0) {
      if (at >= end) throw new Error('an RLE segment is cut off');
      const control = data[at++]!;
      if (control === 128) continue;
      const isRun = control > 128;
      const length = Math.min(left, isRun ? 257 - control : control + 1);
      if (at + (isRun ? 1 : length) > end) throw new Error('an RLE segment is cut off');
      for (let i = 0; i < length; i++, to += step) frame[to] = data[isRun ? at : at + i]!;
      at += isRun ? 1 : control + 1;
      left -= length;
    }
  }
  return frame;
}
