import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { type HuffmanTable, huffmanTable } from './bit-reader.ts';
import { type JpegFrame, parseFrame } from './frame.ts';
import { EOI, isAlone, nextMarker, SOI, SOS, segmentLength } from './markers.ts';
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
 * @param onWarning called for what is odd but no error
 * @throws {VolumeFormatError} if the data are damaged or of another kind of JPEG
 */
export function decodeJpeg(
  bytes: Uint8Array,
  name: string,
  onWarning: (message: string) => void = () => {},
): JpegImage {
  try {
    return decode(bytes, (text) => onWarning(`${name}: ${text}`));
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

function decode(bytes: Uint8Array, warn: (text: string) => void): JpegImage {
  const quantization: (Float32Array | undefined)[] = [];
  const dc: (HuffmanTable | undefined)[] = [];
  const ac: (HuffmanTable | undefined)[] = [];
  let restartInterval = 0;
  let frame: JpegFrame | undefined;
  let isJfif = false;
  let adobe: number | undefined;
  let scans = 0;
  const scanned = new Set<number>();
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Error('it does not start like a JPEG image');
  for (let at = 2; ; ) {
    const marker = nextMarker(bytes, at);
    if (marker === undefined) {
      // What matters is there if every scan was decoded; some writers leave the end mark out.
      if (scans === 0 || frame!.isProgressive) throw new Error('it is cut off');
      warn('the JPEG data have no end mark');
      break;
    }
    const { code, end, stray } = marker;
    if (stray > 0)
      warn(`${stray} bytes before a JPEG marker belong to nothing and were passed over`);
    at = end;
    if (code === EOI) break;
    if (isAlone(code)) continue;
    const length = segmentLength(bytes, at);
    if (length === undefined) throw new Error('a segment is cut off');
    const body = bytes.subarray(at + 2, at + length);
    at += length;
    if (code === 0xdb) readQuantization(body, quantization);
    else if (code === 0xc4) readHuffman(body, dc, ac);
    else if (code === 0xdd) restartInterval = body[0]! * 256 + body[1]!;
    else if (code === 0xe0 && startsWith(body, 'JFIF\0')) isJfif = true;
    else if (code === 0xee && startsWith(body, 'Adobe')) adobe = body[11];
    else if (code >= 0xc0 && code <= 0xc2) {
      if (frame !== undefined) throw new Error('it has more than one frame');
      frame = parseFrame(code, body, bytes.length);
    } else if (code > 0xc2 && code <= 0xcf && code !== 0xc8) {
      throw new Error(
        `its process, ${PROCESSES[code] ?? `marker ${code.toString(16)}`}, is not read`,
      );
    } else if (code === SOS) {
      if (frame === undefined) throw new Error('a scan comes before the frame');
      // Each progressive scan says one thing about each coefficient, so there are not many.
      if (++scans > 100) throw new Error('it has more than 100 scans');
      at = decodeScan(frame, body, { dc, ac, restartInterval }, bytes, at);
      for (let i = 0; i < body[0]!; i++) scanned.add(body[1 + 2 * i]!);
    }
  }
  if (frame === undefined || scans === 0) throw new Error('it holds no image');
  const { width, height, precision, components } = frame;
  if (components.some(({ id }) => !scanned.has(id))) throw new Error('a colour has no scan');
  const ids = components.map(({ id }) => String.fromCharCode(id)).join('');
  // JFIF knows no other colours (T.871, 6.1); libjpeg has this order too.
  const isYcc =
    components.length === 3 && (isJfif || (adobe === undefined ? ids !== 'RGB' : adobe !== 0));
  const isMarked = isJfif || adobe !== undefined;
  const samples = reconstruct(frame, quantization);
  return { width, height, channels: components.length, precision, samples, isYcc, isMarked };
}

/** Kinds of JPEG by their frame's marker. */
const PROCESSES: Readonly<Record<number, string>> = {
  195: 'lossless',
  197: 'hierarchical',
  198: 'hierarchical and progressive',
  199: 'hierarchical and lossless',
  201: 'arithmetic coding',
  202: 'progressive with arithmetic coding',
  203: 'lossless with arithmetic coding',
  205: 'hierarchical with arithmetic coding',
  206: 'hierarchical and progressive with arithmetic coding',
  207: 'hierarchical and lossless with arithmetic coding',
};

function startsWith(body: Uint8Array, text: string): boolean {
  return [...text].every((character, i) => body[i] === character.charCodeAt(0));
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
