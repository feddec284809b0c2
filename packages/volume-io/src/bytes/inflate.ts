/** What data are compressed by; `deflate` is zlib's format. */
export type Compression = 'gzip' | 'deflate' | 'deflate-raw';

/** Base two logarithm of the window, and 16 more for gzip; negative without any frame (zlib.h). */
const WINDOW_BITS: Readonly<Record<Compression, number>> = {
  gzip: 31,
  deflate: 15,
  'deflate-raw': -15,
};

/** Bytes that are inflated at a time. */
const CHUNK_BYTES = 2 ** 16;

/**
 * Inflates data as they are asked for, also gzip files of several members (RFC 1952, 2.2), as bgzip
 * and `cat` make them. By pako and not by the streams of the runtime: those of browsers refuse a
 * second member, those of Node pass over what follows without a word, and none says where data end.
 * What is given lies in one buffer, which the next piece overwrites.
 * @param onTrailing called with the number of bytes that follow the data and belong to nothing; zeros,
 * which fill blocks, are not counted
 * @throws {Error} where the data are damaged or cut off
 */
export async function* inflated(
  bytes: Uint8Array,
  compression: Compression,
  onTrailing: (count: number) => void,
): AsyncGenerator<Uint8Array, void, undefined> {
  const { ZStream, Z_NO_FLUSH, Z_STREAM_END, ...pako } = await import('pako');
  const stream = new ZStream();
  pako.zlibInflateInit2(stream, WINDOW_BITS[compression]);
  stream.input = bytes;
  stream.avail_in = bytes.length;
  stream.output = new Uint8Array(CHUNK_BYTES);
  for (;;) {
    stream.next_out = 0;
    stream.avail_out = CHUNK_BYTES;
    const status = pako.zlibInflate(stream, Z_NO_FLUSH);
    if (stream.next_out > 0) yield stream.output.subarray(0, stream.next_out);
    if (status === Z_STREAM_END) {
      const rest = bytes.subarray(stream.next_in);
      if (compression === 'gzip' && startsLikeGzip(rest)) {
        pako.zlibInflateReset(stream);
        continue;
      }
      if (rest.some((byte) => byte !== 0)) onTrailing(rest.length);
      return;
    }
    if (stream.msg) throw new Error(stream.msg);
    if (stream.avail_in === 0 && stream.avail_out > 0) throw new Error('unexpected end of data');
  }
}

/** Whether bytes start like a member of a gzip file, all of which use DEFLATE. */
export function startsLikeGzip(bytes: Uint8Array): boolean {
  return bytes[0] === 0x1f && bytes[1] === 0x8b && bytes[2] === 8;
}
