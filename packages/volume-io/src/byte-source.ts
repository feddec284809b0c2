import { VolumeFormatError } from './volume-format-error.ts';

/** Bytes that are read in order, so that no more is ever held than the reader asks for. */
export interface ByteSource {
  /** No more than this many bytes can come. */
  readonly limit: number;
  /** The next `count` bytes, fewer only where the data end. The result owns its memory. */
  read(count: number): Promise<Uint8Array<ArrayBuffer>>;
  /** Whether the data end here. For compressed data this also checks their checksum. */
  atEnd(): Promise<boolean>;
  /** Stops reading. */
  close(): Promise<void>;
}

/** The most bytes that one byte of DEFLATE can stand for, rounded up. */
const MAX_EXPANSION = 1033;

/**
 * Reads plain bytes, or inflates them if they start with gzip's signature.
 * @param name the file's name for error messages
 */
export function byteSource(bytes: Uint8Array, name: string): ByteSource {
  const isGzip = bytes[0] === 0x1f && bytes[1] === 0x8b;
  return isGzip ? gzipSource(bytes, name) : plainSource(bytes);
}

function plainSource(bytes: Uint8Array): ByteSource {
  let position = 0;
  return {
    limit: bytes.length,
    async read(count) {
      const start = position;
      position = Math.min(bytes.length, position + count);
      return new Uint8Array(bytes.subarray(start, position));
    },
    async atEnd() {
      return position === bytes.length;
    },
    async close() {},
  };
}

function gzipSource(bytes: Uint8Array, name: string): ByteSource {
  const stream = new Blob([bytes as Uint8Array<ArrayBuffer>])
    .stream()
    .pipeThrough<Uint8Array>(new DecompressionStream('gzip'));
  const reader = stream.getReader();
  let chunk: Uint8Array = new Uint8Array(0);
  /** Makes `chunk` non-empty, or returns false at the end of the data. */
  const pull = async (): Promise<boolean> => {
    while (chunk.length === 0) {
      const { done, value } = await reader.read().catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new VolumeFormatError(
          `${name}: the gzip data are damaged or cut off (${reason}); fetch or export the file again`,
          { cause },
        );
      });
      if (done) return false;
      chunk = value;
    }
    return true;
  };
  return {
    limit: bytes.length * MAX_EXPANSION,
    async read(count) {
      const result = new Uint8Array(count);
      let filled = 0;
      while (filled < count && (await pull())) {
        const part = chunk.subarray(0, count - filled);
        result.set(part, filled);
        filled += part.length;
        chunk = chunk.subarray(part.length);
      }
      return filled === count ? result : result.slice(0, filled);
    },
    async atEnd() {
      return !(await pull());
    },
    async close() {
      await reader.cancel().catch(() => {});
    },
  };
}
