import { VolumeFormatError } from '../bytes/volume-format-error.ts';

/** More images than any file has; a chain that is longer is damaged. */
const MAX_DIRECTORIES = 10_000;

/** The fields that say what one image of a file is (TIFF 6.0, section 2). */
export interface TiffDirectory {
  /** The whole numbers of a field; `undefined` where it is absent or holds something else. */
  numbers(tag: number): readonly number[] | undefined;
  /** The bytes of a field of bytes or text. */
  bytes(tag: number): Uint8Array | undefined;
}

export interface TiffFile {
  readonly littleEndian: boolean;
  readonly directories: readonly TiffDirectory[];
}

/** Bytes of a value by its type; those of BigTIFF among them. */
const TYPE_BYTES: Readonly<Record<number, number>> = {
  1: 1,
  2: 1,
  3: 2,
  4: 4,
  5: 8,
  6: 1,
  7: 1,
  8: 2,
  9: 4,
  10: 8,
  11: 4,
  12: 8,
  13: 4,
  16: 8,
  17: 8,
  18: 8,
};

/** Types of whole numbers from 0: BYTE, SHORT, LONG, IFD, LONG8, IFD8. */
const WHOLE_TYPES = [1, 3, 4, 13, 16, 18];

/** Types of plain bytes: BYTE, ASCII, UNDEFINED. */
const BYTE_TYPES = [1, 2, 7];

/**
 * Follows the chain of directories of a TIFF or BigTIFF file, which a damaged one may close to a ring.
 * @param most how many directories are wanted
 * @throws {VolumeFormatError} if it is damaged
 */
export function readTiffFile(
  bytes: Uint8Array,
  name: string,
  most: number = Number.POSITIVE_INFINITY,
): TiffFile {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const littleEndian = bytes[0] === 0x49;
  const fail = (text: string, offset: number): never => {
    throw new VolumeFormatError(`${name}: ${text}; the file is damaged`, { offset });
  };
  /** A whole number of 1, 2, 4 or 8 bytes. */
  const read = (at: number, size: number): number => {
    if (!(at >= 0 && at + size <= bytes.length)) fail('it is cut off', Math.min(at, bytes.length));
    if (size === 8) {
      const [low, high] = littleEndian ? [at, at + 4] : [at + 4, at];
      return view.getUint32(high, littleEndian) * 2 ** 32 + view.getUint32(low, littleEndian);
    }
    if (size === 4) return view.getUint32(at, littleEndian);
    return size === 2 ? view.getUint16(at, littleEndian) : bytes[at]!;
  };
  const version = read(2, 2);
  if (
    bytes[0] !== bytes[1] ||
    !(littleEndian || bytes[0] === 0x4d) ||
    (version !== 42 && version !== 43)
  ) {
    fail('it does not start like TIFF', 0);
  }
  // BigTIFF: offsets and counts of 8 bytes, entries of 20 (libtiff's description of the format).
  const isBig = version === 43;
  if (isBig && read(4, 2) !== 8) fail(`its offsets have ${read(4, 2)} bytes`, 4);
  const [word, entryBytes, countBytes] = isBig ? [8, 20, 8] : [4, 12, 2];

  const directories: TiffDirectory[] = [];
  const seen = new Set<number>();
  for (let at = read(isBig ? 8 : 4, word); at !== 0 && directories.length < most; ) {
    if (seen.has(at) || directories.length >= MAX_DIRECTORIES) fail('its images do not end', at);
    seen.add(at);
    const count = read(at, countBytes);
    const first = at + countBytes;
    const end = first + entryBytes * count;
    if (end > bytes.length) fail('a directory is cut off', at);
    const places = new Map<number, Place>();
    for (let entry = first; entry < end; entry += entryBytes) {
      const tag = read(entry, 2);
      const type = read(entry + 2, 2);
      const length = read(entry + 4, word);
      const size = TYPE_BYTES[type];
      if (size === undefined || places.has(tag)) continue;
      const value = entry + 4 + word;
      const start = size * length <= word ? value : read(value, word);
      if (start + size * length > bytes.length) {
        fail(`field ${tag} goes beyond the file's end`, entry);
      }
      places.set(tag, { type, size, start, length });
    }
    directories.push({
      numbers(tag) {
        const place = places.get(tag);
        if (place === undefined || !WHOLE_TYPES.includes(place.type)) return undefined;
        const { length, start, size } = place;
        return Array.from({ length }, (_, i) => read(start + size * i, size));
      },
      bytes(tag) {
        const place = places.get(tag);
        if (place === undefined || !BYTE_TYPES.includes(place.type)) return undefined;
        return bytes.subarray(place.start, place.start + place.length);
      },
    });
    at = read(end, word);
  }
  if (directories.length === 0) fail('it holds no image', 4);
  return { littleEndian, directories };
}

/** Where the values of a field lie. */
interface Place {
  readonly type: number;
  /** Bytes of a value. */
  readonly size: number;
  readonly start: number;
  readonly length: number;
}
