import { inflatingSource, MAX_EXTRA_BYTES } from '../bytes/byte-source.ts';
import { decodeFax, type FaxOptions } from '../fax/decode-fax.ts';
import { decodeJpeg, yccToRgb } from '../jpeg/decode-jpeg.ts';
import { inflateLzw } from './lzw.ts';
import { unpackBits } from './pack-bits.ts';
import type { TiffPage } from './tiff-page.ts';

/** One strip or tile. */
interface TiffPart {
  /** Bits of each byte in the usual order. */
  readonly data: Uint8Array;
  /** Pixels; the last strip has fewer rows than others. */
  readonly width: number;
  readonly rows: number;
  /** Bytes that so many pixels take. */
  readonly size: number;
  readonly name: string;
  readonly onWarning: (message: string) => void;
}

/** A way to compress pixels. */
interface Compression {
  readonly name: string;
  /** Gives `size` bytes, or fewer where data end. Absent for what is not read. */
  readonly decode?: (part: TiffPart, page: TiffPage) => Promise<Uint8Array>;
  /** The most bytes that one byte can stand for, in parts of a width. */
  expansion(width: number): number;
  /** Whether differences (Predictor) are undone; elsewhere libtiff takes no notice of them. */
  readonly predicts?: boolean;
  /** The only bits of a sample that it is for. */
  readonly bits?: number;
  /** Whether values come out near what they were, and its bits are in the same order in every file. */
  readonly isJpeg?: boolean;
}

const deflate: Compression = {
  name: 'deflate',
  async decode({ data, size, name, onWarning }) {
    const source = inflatingSource(data, 'deflate', name, onWarning);
    try {
      const bytes = await source.read(size);
      // Some writers fill the last strip up; at the end the checksum shows whether all is sound.
      await source.passRest(size + MAX_EXTRA_BYTES);
      return bytes;
    } finally {
      await source.close();
    }
  },
  expansion: () => 1033,
  predicts: true,
};

/** A line takes one bit at least. */
const faxExpansion = (width: number) => width + 8;

function fax(
  name: string,
  optionsOf: (page: TiffPage) => Pick<FaxOptions, 'coding' | 'twoDimensional'>,
): Compression {
  return {
    name,
    decode: async ({ data, width, rows }, page) =>
      decodeFax(data, { width, rows, ...optionsOf(page) }),
    expansion: faxExpansion,
    bits: 1,
  };
}

function notRead(name: string): Compression {
  return { name, expansion: () => 0 };
}

/** By the numbers of the Compression field. */
export const compressions: Readonly<Record<number, Compression>> = {
  1: {
    name: 'nothing',
    decode: async ({ data, size }) => data.subarray(0, size),
    expansion: () => 1,
  },
  2: fax('CCITT run lengths', () => ({ coding: 'lines', twoDimensional: false })),
  3: fax('CCITT Group 3', ({ faxOptions }) => ({
    coding: 'group 3',
    twoDimensional: (faxOptions & 1) === 1,
  })),
  4: fax('CCITT Group 4', () => ({ coding: 'group 4', twoDimensional: true })),
  5: {
    name: 'LZW',
    decode: async ({ data, size }) => inflateLzw(data, size),
    expansion: () => 2800,
    predicts: true,
  },
  6: notRead('JPEG as before TIFF Technical Note 2'),
  7: {
    name: 'JPEG',
    decode: async (part, page) => inflateJpeg(part, page),
    expansion: () => 1024,
    bits: 8,
    isJpeg: true,
  },
  8: deflate,
  9: notRead('JBIG'),
  32766: notRead('NeXT run lengths'),
  32773: {
    name: 'PackBits',
    decode: async ({ data, size }) => unpackBits(data, size),
    expansion: () => 64,
  },
  32809: notRead('ThunderScan'),
  32946: deflate,
  33003: notRead('JPEG 2000 (Aperio)'),
  33005: notRead('JPEG 2000 (Aperio)'),
  34661: notRead('JBIG'),
  34676: notRead('SGI LogLuv'),
  34712: notRead('JPEG 2000'),
  34887: notRead('LERC'),
  34892: notRead('lossy JPEG of raw photographs'),
  34925: notRead('LZMA'),
  34933: notRead('PNG'),
  34934: notRead('JPEG XR'),
  50000: notRead('Zstandard'),
  50001: notRead('WebP'),
  50002: notRead('JPEG XL'),
  52546: notRead('JPEG XL'),
};

/** A stream of its own, or one whose tables stand in a field for all (TIFF Technical Note 2). */
function inflateJpeg(
  { data, width, rows, name }: TiffPart,
  { jpegTables, colours, samples, planar }: TiffPage,
): Uint8Array {
  const stream = jpegTables === undefined ? data : withTables(jpegTables, data);
  const image = decodeJpeg(stream, name);
  const count = planar ? 1 : samples;
  if (
    image.width < width ||
    image.height < rows ||
    image.channels !== count ||
    image.precision !== 8
  ) {
    throw new Error(
      `a JPEG part must have ${width}×${rows} pixels of ${count} samples of 8 bits, got ${image.width}×${image.height} of ${image.channels} of ${image.precision}`,
    );
  }
  if (colours === 'ycc' && !planar) yccToRgb(image.samples, image.precision);
  const line = width * count;
  const samplesOf = (row: number) =>
    image.samples.subarray(row * image.width * count, row * image.width * count + line);
  const cropped = image.samples.slice(0, rows * line);
  for (let row = 0; row < rows; row++) cropped.set(samplesOf(row), row * line);
  return cropped as Uint8Array;
}

/** The tables' own end mark and the stream's start mark are left out. */
function withTables(tables: Uint8Array, data: Uint8Array): Uint8Array {
  const isEnded = tables.at(-2) === 0xff && tables.at(-1) === 0xd9;
  const start = isEnded ? tables.subarray(0, -2) : tables;
  const joined = new Uint8Array(start.length + data.length - 2);
  joined.set(start);
  joined.set(data.subarray(2), start.length);
  return joined;
}
