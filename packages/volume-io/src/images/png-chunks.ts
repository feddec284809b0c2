import { joinBytes } from '../bytes/byte-arrays.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { exifOrientation } from './orientation.ts';

/** What a PNG file starts with. */
export const PNG_SIGNATURE: Uint8Array = Uint8Array.of(
  0x89,
  0x50,
  0x4e,
  0x47,
  0x0d,
  0x0a,
  0x1a,
  0x0a,
);

interface PngHeader {
  readonly width: number;
  readonly height: number;
  readonly depth: number;
  readonly colourType: number;
  readonly interlaced: boolean;
}

/** What a file's chunks say. */
export interface PngChunks {
  readonly header: PngHeader;
  readonly palette: Uint8Array | undefined;
  readonly transparency: Uint8Array | undefined;
  readonly data: Uint8Array;
  /** How rows and columns are turned, 1 to 8, by the EXIF data. */
  readonly orientation: number;
  /** Images of an animation; 1 without. */
  readonly frames: number;
}

/** Samples a pixel and permitted bit depths by colour type. */
export const COLOUR_TYPES: Readonly<
  Record<number, { samples: number; depths: readonly number[] }>
> = {
  0: { samples: 1, depths: [1, 2, 4, 8, 16] },
  2: { samples: 3, depths: [8, 16] },
  3: { samples: 1, depths: [1, 2, 4, 8] },
  4: { samples: 2, depths: [8, 16] },
  6: { samples: 4, depths: [8, 16] },
};

/**
 * The chunks that pixels come from, with all checksums of critical chunks verified.
 * @throws {VolumeFormatError} if one is damaged or missing
 */
export function readChunks(bytes: Uint8Array, name: string): PngChunks {
  const fail = (text: string, field: string, offset: number): never => {
    throw new VolumeFormatError(`${name}: ${text}`, { field, offset });
  };
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  let header: PngHeader | undefined;
  let palette: Uint8Array | undefined;
  let transparency: Uint8Array | undefined;
  const data: Uint8Array[] = [];
  let orientation = 1;
  let frames = 1;
  for (let at = 8; ; ) {
    if (at + 12 > bytes.length) fail('the file is cut off before its end mark', 'IEND', at);
    const length = view.getUint32(at);
    const type = String.fromCharCode(...bytes.subarray(at + 4, at + 8));
    if (at + 12 + length > bytes.length) {
      fail(`chunk ${JSON.stringify(type)} of ${length} bytes goes beyond the file's end`, type, at);
    }
    const body = bytes.subarray(at + 8, at + 8 + length);
    const isCritical = (bytes[at + 4]! & 0x20) === 0;
    if (isCritical || type === 'tRNS') {
      const crc = crc32(bytes.subarray(at + 4, at + 8 + length));
      if (crc !== view.getUint32(at + 8 + length)) {
        fail(`the checksum of chunk ${type} differs; the file is damaged`, type, at);
      }
    }
    if (header === undefined && type !== 'IHDR') fail('the first chunk must be IHDR', type, at);
    if (type === 'IHDR') header = readHeader(body, name);
    else if (type === 'PLTE') palette = body;
    else if (type === 'tRNS') transparency = body;
    else if (type === 'IDAT') data.push(body);
    else if (type === 'eXIf') orientation = exifOrientation(body);
    else if (type === 'acTL' && length >= 4) frames = Math.max(1, view.getUint32(at + 8));
    else if (type === 'IEND') break;
    else if (isCritical) fail(`chunk ${JSON.stringify(type)} is not known`, type, at);
    at += 12 + length;
  }
  if (header!.colourType === 3 && (palette === undefined || palette.length % 3 !== 0)) {
    fail('an indexed image needs a palette of whole colours', 'PLTE', 0);
  }
  return {
    header: header!,
    palette,
    transparency,
    data: joinBytes(data),
    orientation,
    frames,
  };
}

function readHeader(body: Uint8Array, name: string): PngHeader {
  const fail = (text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}; the file is damaged`, {
      field: 'IHDR',
      offset: 8,
    });
  };
  if (body.length !== 13) fail(`IHDR must have 13 bytes, got ${body.length}`);
  const view = new DataView(body.buffer, body.byteOffset, 13);
  const [width, height] = [view.getUint32(0), view.getUint32(4)];
  const [depth, colourType, compression, filter, interlace] = body.subarray(8) as unknown as [
    number,
    number,
    number,
    number,
    number,
  ];
  if (width < 1 || height < 1) fail(`the size must be at least 1×1, got ${width}×${height}`);
  if (!COLOUR_TYPES[colourType]?.depths.includes(depth)) {
    fail(`colour type ${colourType} with ${depth} bits is not defined`);
  }
  if (compression !== 0 || filter !== 0 || interlace > 1) {
    fail(
      `compression, filter and interlace method ${compression}, ${filter}, ${interlace} are not defined`,
    );
  }
  return { width, height, depth, colourType, interlaced: interlace === 1 };
}

/** A chunk of a file that is written. */
export function encodeChunk(type: string, body: Uint8Array): Uint8Array {
  const bytes = new Uint8Array(12 + body.length);
  const view = new DataView(bytes.buffer);
  view.setUint32(0, body.length);
  for (let i = 0; i < 4; i++) bytes[4 + i] = type.charCodeAt(i);
  bytes.set(body, 8);
  view.setUint32(8 + body.length, crc32(bytes.subarray(4, 8 + body.length)));
  return bytes;
}

const crcTable = Uint32Array.from({ length: 256 }, (_, byte) => {
  let value = byte;
  for (let i = 0; i < 8; i++) value = value & 1 ? (value >>> 1) ^ 0xedb88320 : value >>> 1;
  return value;
});

/** The checksum of chunks (ISO 3309). */
function crc32(bytes: Uint8Array): number {
  let crc = 0xffffffff;
  for (let i = 0; i < bytes.length; i++) crc = (crc >>> 8) ^ crcTable[(crc ^ bytes[i]!) & 255]!;
  return ~crc >>> 0;
}
