import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { decodeJpeg, yccToRgb } from '../../../jpeg/decode-jpeg.ts';
import { decodeLosslessJpeg } from '../../../jpeg/decode-lossless-jpeg.ts';
import type { VoxelArray } from '../../../voxels/voxel-arrays.ts';
import { decodeWithCodec, type JpegCodecs } from './codecs.ts';
import type { ImageAttributes } from './image-attributes.ts';
import { maskBits, type StoredPixels, sampleArray } from './pixel-samples.ts';
import { expandRle } from './rle.ts';

const JPEG = '1.2.840.10008.1.2.4.';
const RLE = '1.2.840.10008.1.2.5';

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
  if (transferSyntaxUid === RLE) {
    if (bitsAllocated === 1) {
      throw new VolumeFormatError(
        `${name}: RLE of 1-bit images is not defined; export the file uncompressed`,
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
  switch (transferSyntaxUid.startsWith(JPEG) ? transferSyntaxUid.slice(JPEG.length) : '') {
    case '50':
    case '51':
    case '53':
    case '55': {
      const { width, height, channels, samples, isYcc, precision } = decodeJpeg(bytes, name);
      check(width, height, channels);
      // The file may have been made from RGB samples although JFIF would mean YCbCr.
      const isColour = channels === 3 && isYcc && photometricInterpretation !== 'RGB';
      if (isColour) yccToRgb(samples, precision);
      const data = sampleArray(attributes, samples.length);
      data.set(samples);
      maskBits(data, attributes);
      const interpretation = isColour ? 'RGB' : photometricInterpretation;
      return { data, photometricInterpretation: interpretation };
    }
    case '57':
    case '70': {
      const { width, height, channels, samples } = decodeLosslessJpeg(bytes, name);
      check(width, height, channels);
      const data = sampleArray(attributes, samples.length);
      data.set(samples);
      maskBits(data, attributes);
      return { data, photometricInterpretation };
    }
    case '80':
    case '81':
    case '90':
    case '91': {
      const kind = transferSyntaxUid.startsWith(`${JPEG}8`) ? 'jpegLs' : 'jpeg2000';
      const frame = await decodeWithCodec(kind, bytes, codecs, name);
      check(frame.width, frame.height, frame.components);
      const bytesPerSample = frame.bitsPerSample > 8 ? 2 : 1;
      const data = sampleArray(attributes, rows * columns * samplesPerPixel);
      if (frame.bytes.length < data.length * bytesPerSample) check(0, 0, 0);
      const view = new DataView(frame.bytes.buffer, frame.bytes.byteOffset);
      for (let i = 0; i < data.length; i++) {
        data[i] = bytesPerSample === 2 ? view.getUint16(2 * i, true) : frame.bytes[i]!;
      }
      maskBits(data, attributes);
      const interpretation = /^YBR_(RCT|ICT)$/.test(photometricInterpretation)
        ? 'RGB'
        : photometricInterpretation;
      return { data, photometricInterpretation: interpretation };
    }
    default:
      throw new VolumeFormatError(
        `${name}: transfer syntax ${transferSyntaxUid} is not supported; convert the file, for example with dcmdjpeg or gdcmconv`,
        { field: 'TransferSyntaxUID' },
      );
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
