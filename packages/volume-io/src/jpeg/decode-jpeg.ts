import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { type HuffmanTable, huffmanTable } from './bit-reader.ts';
import { type JpegFrame, parseFrame } from './frame.ts';
import { reconstruct } from './reconstruct.ts';
import { decodeScan, ZIGZAG } from './scan.ts';

/** A decoded JPEG image. */
export interface JpegImage {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits a sample. */
  readonly precision: 8 | 12;
  /** Row by row, the channels of a pixel together. */
  readonly samples: Uint8Array | Uint16Array;
  /** Whether three channels are luminance and chrominance rather than red, green and blue. */
  readonly isYcc: boolean;
  /** Whether a mark of JFIF or Adobe says so. */
  readonly isMarked: boolean;
}

/**
 * Decodes JPEG by discrete cosine transform (ITU-T T.81): baseline, extended and progressive,
 * Huffman-coded, 8 and 12 bit. Written out here because no maintained decoder that can be bundled
 * for browsers reads 12 bit.
 * @throws {VolumeFormatError} if the data are damaged or of another kind of JPEG
 */
export function decodeJpeg(bytes: Uint8Array, name: string): JpegImage {
  try {
    return decode(bytes);
  } catch (cause) {
    if (cause instanceof VolumeFormatError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: the JPEG data are damaged or not supported (${reason}); fetch or export the file again`,
      { cause },
    );
  }
}

/** Luminance and chrominance to red, green and blue (JFIF; DICOM PS3.3, C.7.6.3.1.2), in place. */
export function yccToRgb(samples: Uint8Array | Uint16Array, precision: number): void {
  const centre = 2 ** (precision - 1);
  const most = 2 ** precision - 1;
  const clamp = (value: number) => Math.min(most, Math.max(0, Math.floor(value + 0.5)));
  for (let i = 0; i + 2 < samples.length; i += 3) {
    const y = samples[i]!;
    const blue = samples[i + 1]! - centre;
    const red = samples[i + 2]! - centre;
    samples[i] = clamp(y + 1.402 * red);
    samples[i + 1] = clamp(y - 0.344136 * blue - 0.714136 * red);
    samples[i + 2] = clamp(y + 1.772 * blue);
  }
}

function decode(bytes: Uint8Array): JpegImage {
  const view = new DataView(bytes.buffer, bytes.byteOffset, bytes.length);
  const quantization: (Float32Array | undefined)[] = [];
  const dc: (HuffmanTable | undefined)[] = [];
  const ac: (HuffmanTable | undefined)[] = [];
  let restartInterval = 0;
  let frame: JpegFrame | undefined;
  let adobe: number | undefined;
  let isJfif = false;
  let scans = 0;
  if (view.getUint16(0) !== 0xffd8) throw new Error('it does not start like a JPEG image');
  for (let at = 2; ; ) {
    while (bytes[at] === 0xff && bytes[at + 1] === 0xff) at++;
    if (at + 2 > bytes.length) {
      // What matters is there if every scan was decoded; some writers leave the end mark out.
      if (scans > 0) break;
      throw new Error('it is cut off');
    }
    const marker = view.getUint16(at);
    if (marker < 0xff01) throw new Error(`a marker must be at byte ${at}`);
    if (marker === 0xffd9) break;
    if ((marker >= 0xffd0 && marker <= 0xffd7) || marker === 0xff01) {
      at += 2;
      continue;
    }
    if (at + 4 > bytes.length) throw new Error('it is cut off');
    const length = view.getUint16(at + 2);
    if (length < 2 || at + 2 + length > bytes.length) throw new Error('a segment is cut off');
    const body = bytes.subarray(at + 4, at + 2 + length);
    at += 2 + length;
    if (marker === 0xffdb) readQuantization(body, quantization);
    else if (marker === 0xffc4) readHuffman(body, dc, ac);
    else if (marker === 0xffdd) restartInterval = body[0]! * 256 + body[1]!;
    else if (marker === 0xffe0 && String.fromCharCode(...body.subarray(0, 4)) === 'JFIF') {
      isJfif = true;
    } else if (marker === 0xffee && String.fromCharCode(...body.subarray(0, 5)) === 'Adobe') {
      adobe = body[11];
    } else if (marker >= 0xffc0 && marker <= 0xffc2) {
      if (frame !== undefined) throw new Error('it has more than one frame');
      frame = parseFrame(marker & 0xff, body, bytes.length);
    } else if (marker > 0xffc2 && marker <= 0xffcf && marker !== 0xffc8) {
      throw new Error(`its process (marker ${marker.toString(16)}) is not supported`);
    } else if (marker === 0xffda) {
      if (frame === undefined) throw new Error('a scan comes before the frame');
      // Each progressive scan says one thing about each coefficient, so there are not many.
      if (++scans > 100) throw new Error('it has more than 100 scans');
      at = decodeScan(frame, body, { dc, ac, restartInterval }, bytes, at);
    }
  }
  if (frame === undefined || scans === 0) throw new Error('it holds no image');
  const { width, height, precision, components } = frame;
  const ids = components.map(({ id }) => String.fromCharCode(id)).join('');
  const isYcc = components.length === 3 && (adobe === undefined ? ids !== 'RGB' : adobe === 1);
  const isMarked = isJfif || adobe !== undefined;
  const samples = reconstruct(frame, quantization);
  return { width, height, channels: components.length, precision, samples, isYcc, isMarked };
}

function readQuantization(body: Uint8Array, tables: (Float32Array | undefined)[]): void {
  for (let at = 0; at < body.length; ) {
    const info = body[at++]!;
    const bytes = info >> 4 === 0 ? 1 : 2;
    if (at + 64 * bytes > body.length || (info & 15) > 3)
      throw new Error('a DQT segment is damaged');
    const table = new Float32Array(64);
    for (let k = 0; k < 64; k++, at += bytes) {
      table[ZIGZAG[k]!] = bytes === 1 ? body[at]! : body[at]! * 256 + body[at + 1]!;
    }
    tables[info & 15] = table;
  }
}

function readHuffman(
  body: Uint8Array,
  dc: (HuffmanTable | undefined)[],
  ac: (HuffmanTable | undefined)[],
): void {
  for (let at = 0; at < body.length; ) {
    const info = body[at]!;
    const counts = body.slice(at + 1, at + 17);
    const total = counts.reduce((sum, count) => sum + count, 0);
    const end = at + 17 + total;
    if (counts.length < 16 || end > body.length || (info & 15) > 3 || info >> 4 > 1) {
      throw new Error('a DHT segment is damaged');
    }
    (info >> 4 === 0 ? dc : ac)[info & 15] = huffmanTable(counts, body.slice(at + 17, end));
    at = end;
  }
}
