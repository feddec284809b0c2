import { joinBytes } from './byte-arrays.ts';
import { type Compression, inflated, startsLikeGzip } from './inflate.ts';
import { VolumeFormatError } from './volume-format-error.ts';

/** What a parser knows of a file beside its bytes. */
export interface FileContext {
  /** The file's name for error messages. */
  readonly name: string;
  /** Bytes of a file beside this one, or `undefined` if there is none. */
  sibling(name: string): Promise<Uint8Array | undefined>;
  /** Says what is odd about the file but no error. */
  onWarning(message: string): void;
}

/** The most that a file may hold beside the voxels that its header declares: 64 MiB. */
export const MAX_EXTRA_BYTES: number = 2 ** 26;

/** Writers pad raw data with fewer bytes than this. */
export const MAX_PADDING_BYTES: number = 64;

/** Bytes that are read in order, so that no more is ever held than the reader asks for. */
export interface ByteSource {
  /** No more than this many bytes can come. */
  readonly limit: number;
  /** The first bytes, at most `count`, without reading past them; before any other call only. */
  peek(count: number): Promise<Uint8Array>;
  /** All that is left. @throws {VolumeFormatError} if that is more than `most` bytes */
  readRest(most: number): Promise<Uint8Array<ArrayBuffer>>;
  /** The next `count` bytes, fewer only where the data end. The result owns its memory. */
  read(count: number): Promise<Uint8Array<ArrayBuffer>>;
  /**
   * The next line without its end (`\n` or `\r\n`), or `undefined` where the data end. Of one that is
   * longer than `most` bytes no more is read than shows that it is.
   */
  readLine(most: number): Promise<Uint8Array | undefined>;
  /** Whether the data end here. For compressed data this also checks their checksum. */
  atEnd(): Promise<boolean>;
  /**
   * Passes over all that is left, and says how much that is. For compressed data this also checks
   * their checksum. @throws {VolumeFormatError} if compressed data go on for more than `most` bytes
   */
  passRest(most: number): Promise<number>;
  /** Stops reading. */
  close(): Promise<void>;
}

const LABELS = { gzip: 'gzip', deflate: 'zlib', 'deflate-raw': 'deflate' } as const;

/** The most bytes that one byte of DEFLATE can stand for, rounded up. */
const MAX_EXPANSION = 1033;

/**
 * Reads plain bytes, or inflates them if they start with gzip's signature.
 * @param name the file's name for error messages
 * @param onWarning see `ReadingOptions`
 */
export function byteSource(
  bytes: Uint8Array,
  name: string,
  onWarning?: (message: string) => void,
): ByteSource {
  return startsLikeGzip(bytes)
    ? inflatingSource(bytes, 'gzip', name, onWarning)
    : plainSource(bytes, name);
}

/** Reads bytes as they are. */
export function plainSource(bytes: Uint8Array, name: string): ByteSource {
  let position = 0;
  return {
    limit: bytes.length,
    async peek(count) {
      return bytes.subarray(0, count);
    },
    async readRest(most) {
      if (bytes.length - position > most) throw tooLong(name, most);
      return this.read(bytes.length - position);
    },
    async read(count) {
      const start = position;
      position = Math.min(bytes.length, position + count);
      return new Uint8Array(bytes.subarray(start, position));
    },
    async readLine(most) {
      if (position === bytes.length) return undefined;
      const end = bytes.indexOf(LINE_FEED, position);
      const line = bytes.subarray(position, end < 0 ? bytes.length : end);
      if (line.length > most) return line;
      position += line.length + (end < 0 ? 0 : 1);
      return withoutReturn(line);
    },
    async atEnd() {
      return position === bytes.length;
    },
    async passRest() {
      const left = bytes.length - position;
      position = bytes.length;
      return left;
    },
    async close() {},
  };
}

const LINE_FEED = 10;
const CARRIAGE_RETURN = 13;

function withoutReturn(line: Uint8Array): Uint8Array {
  return line.at(-1) === CARRIAGE_RETURN ? line.subarray(0, -1) : line;
}

function tooLong(name: string, most: number): VolumeFormatError {
  return new VolumeFormatError(
    `${name}: must hold at most ${most} bytes here, but more follow; the file is damaged or no image`,
  );
}

/** Inflates bytes as they are read. */
export function inflatingSource(
  bytes: Uint8Array,
  compression: Compression,
  name: string,
  onWarning?: (message: string) => void,
): ByteSource {
  const chunks = inflated(bytes, compression, (count) =>
    onWarning?.(
      `${name}: ${count} bytes follow the ${LABELS[compression]} data and belong to nothing; they were passed over`,
    ),
  );
  let chunk: Uint8Array = new Uint8Array(0);
  /** Makes `chunk` non-empty, or returns false at the end of the data. */
  const pull = async (): Promise<boolean> => {
    while (chunk.length === 0) {
      const { done, value } = await chunks.next().catch((cause: unknown) => {
        const reason = cause instanceof Error ? cause.message : String(cause);
        throw new VolumeFormatError(
          `${name}: the ${LABELS[compression]} data are damaged or cut off (${reason}); fetch or export the file again`,
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
    async peek(count) {
      const head = await this.read(count);
      const rest = chunk;
      chunk = new Uint8Array(head.length + rest.length);
      chunk.set(head);
      chunk.set(rest, head.length);
      return head;
    },
    async readRest(most) {
      const parts: Uint8Array[] = [];
      let size = 0;
      while (await pull()) {
        size += chunk.length;
        if (size > most) throw tooLong(name, most);
        parts.push(chunk.slice());
        chunk = new Uint8Array(0);
      }
      return joinBytes(parts);
    },
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
    async readLine(most) {
      const parts: Uint8Array[] = [];
      let size = 0;
      while (await pull()) {
        const end = chunk.indexOf(LINE_FEED);
        const part = chunk.subarray(0, end < 0 ? chunk.length : end);
        size += part.length;
        parts.push(part.slice());
        chunk = chunk.subarray(part.length + (end < 0 ? 0 : 1));
        if (end >= 0 || size > most) break;
      }
      // An empty line has a part of no length.
      return parts.length === 0 ? undefined : withoutReturn(joinBytes(parts));
    },
    async atEnd() {
      return !(await pull());
    },
    async passRest(most) {
      let left = 0;
      while (await pull()) {
        left += chunk.length;
        if (left > most) throw tooLong(name, most);
        chunk = new Uint8Array(0);
      }
      return left;
    },
    async close() {
      await chunks.return();
    },
  };
}
