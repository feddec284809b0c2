import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { decodeJpeg, yccToRgb } from '../../../jpeg/decode-jpeg.ts';
import { decodeLosslessJpeg } from '../../../jpeg/decode-lossless-jpeg.ts';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import { decodeWithCodec, type JpegCodecs } from './codecs.ts';
import type { ImageAttributes } from './image-attributes.ts';
import { maskBits, type StoredPixels, sampleArray } from './pixel-samples.ts';
import { expandRle } from './rle.ts';

type Compression = 'rle' | 'jpeg' | 'losslessJpeg' | 'jpegLs' | 'jpeg2000';

/** Compressions by transfer syntax (PS3.6, table A-1), all of 1.2.840.10008.1.2. */
const COMPRESSIONS: Readonly<Record<string, Compression>> = {
  5: 'rle',
  '4.50': 'jpeg',
  '4.51': 'jpeg',
  '4.53': 'jpeg',
  '4.55': 'jpeg',
  '4.57': 'losslessJpeg',
  '4.70': 'losslessJpeg',
  '4.80': 'jpegLs',
  '4.81': 'jpegLs',
  '4.90': 'jpeg2000',
  '4.91': 'jpeg2000',
};

/** What cannot be read here, and what reads it. */
const CONVERTERS: readonly (readonly [RegExp, string, string])[] = [
  [
    /^4\.20[1-3]$/,
    'High-Throughput JPEG 2000',
    'decompress it, for example with `Dataset.decompress` of pydicom',
  ],
  [/^4\.10[0-8](\.1)?$/, 'a video', 'take its frames out, for example with ffmpeg'],
  [/^4\.9[45]$/, 'pixels on a server (JPIP)', 'fetch it with its pixels'],
];

/** @throws {VolumeFormatError} if no decoder is here, naming a tool that has one */
export function compressionOf(transferSyntaxUid: string, name: string): Compression {
  const end = /^1\.2\.840\.10008\.1\.2\.(.*)$/.exec(transferSyntaxUid)?.[1] ?? '';
  const compression = COMPRESSIONS[end];
  if (compression !== undefined) return compression;
  const [, what, cure] = CONVERTERS.find(([pattern]) => pattern.test(end)) ?? [];
  throw new VolumeFormatError(
    `${name}: transfer syntax ${transferSyntaxUid}${what === undefined ? '' : ` (${what})`} is not supported; ${cure ?? 'convert it, for example with gdcmconv or dcmdjpeg'}`,
    { field: 'TransferSyntaxUID' },
  );
}

/** Decodes one compressed frame. */
export async function decodeFrame(
  bytes: Uint8Array,
  attributes: ImageAttributes,
  codecs: JpegCodecs,
  name: string,
): Promise<StoredPixels> {
  const { rows, columns, samplesPerPixel, transferSyntaxUid, bitsAllocated } = attributes;
  const { photometricInterpretation } = attributes;
  const check = (width: number, height: number, samples: number) => {
    if (width === columns && height === rows && samples === samplesPerPixel) return;
    throw new VolumeFormatError(
      `${name}: the compressed image must have ${rows} rows, ${columns} columns and ${samplesPerPixel} samples a pixel, got ${height}, ${width} and ${samples}; the file is damaged`,
      { field: 'PixelData' },
    );
  };
  const compression = compressionOf(transferSyntaxUid, name);
  if (compression === 'rle') {
    if (bitsAllocated === 1) {
      throw new VolumeFormatError(
        `${name}: RLE of 1-bit images is not defined; export the file uncompressed, for example with gdcmconv`,
        { field: 'BitsAllocated' },
      );
    }
    const raw = guarded(
      () => expandRle(bytes, rows * columns, samplesPerPixel, bitsAllocated / 8),
      'RLE',
      name,
    );
    return { data: typed(raw, attributes), photometricInterpretation };
  }
  switch (compression) {
    case 'jpeg': {
      const { width, height, channels, samples, ...colour } = decodeJpeg(bytes, name);
      check(width, height, channels);
      // Without a mark that says otherwise, RGB was compressed as it is.
      const isKept = photometricInterpretation === 'RGB' && !colour.isMarked;
      const isColour = channels === 3 && colour.isYcc && !isKept;
      if (isColour) yccToRgb(samples, colour.precision);
      const data = sampleArray(attributes, samples.length);
      data.set(samples);
      maskBits(data, attributes);
      const interpretation = channels === 3 ? 'RGB' : photometricInterpretation;
      return { data, photometricInterpretation: interpretation };
    }
    case 'losslessJpeg': {
      const { width, height, channels, samples } = decodeLosslessJpeg(bytes, name);
      check(width, height, channels);
      const data = sampleArray(attributes, samples.length);
      data.set(samples);
      maskBits(data, attributes);
      return { data, photometricInterpretation };
    }
    case 'jpegLs':
    case 'jpeg2000': {
      const frame = await decodeWithCodec(compression, bytes, codecs, name);
      check(frame.width, frame.height, frame.components);
      if (frame.bitsPerSample > 16) {
        throw new VolumeFormatError(
          `${name}: compressed samples must have at most 16 bits, got ${frame.bitsPerSample}; decompress the file, for example with \`Dataset.decompress\` of pydicom`,
          { field: 'PixelData' },
        );
      }
      const bytesPerSample = frame.bitsPerSample > 8 ? 2 : 1;
      const data = sampleArray(attributes, rows * columns * samplesPerPixel);
      if (frame.bytes.length < data.length * bytesPerSample) check(0, 0, 0);
      const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset);
      for (let i = 0; i < data.length; i++) {
        const sample = bytesPerSample === 2 ? view.getUint16(2 * i, true) : frame.bytes[i]!;
        data[i] = sample - frame.raisedBy;
      }
      maskBits(data, attributes);
      const interpretation = /^YBR_(RCT|ICT)$/.test(photometricInterpretation)
        ? 'RGB'
        : photometricInterpretation;
      return { data, photometricInterpretation: interpretation };
    }
  }
}

/** The samples of little-endian bytes. */
function typed(raw: Uint8Array<ArrayBuffer>, attributes: ImageAttributes): VoxelArray {
  const data = sampleArray(attributes, (raw.length * 8) / attributes.bitsAllocated);
  new Uint8Array(data.buffer).set(raw);
  maskBits(data, attributes);
  return data;
}

function guarded<T>(decode: () => T, what: string, name: string): T {
  try {
    return decode();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: the ${what} data are damaged or not supported (${reason}); fetch or export the file again`,
      { cause },
    );
  }
}
