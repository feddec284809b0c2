import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { type HuffmanTable, huffmanTable, type ScanBits, scanBits } from './bit-reader.ts';
import { headerSegments, SOI, SOS } from './markers.ts';

/** A decoded lossless JPEG image. */
export interface LosslessJpeg {
  readonly width: number;
  readonly height: number;
  readonly channels: number;
  /** Bits a sample, 2 to 16. */
  readonly precision: number;
  /** Row by row, the channels of a pixel together; unsigned numbers of the image's precision. */
  readonly samples: Uint16Array;
}

interface LosslessFrame {
  readonly precision: number;
  readonly width: number;
  readonly height: number;
  readonly ids: readonly number[];
}

const MAX_SAMPLES = 2 ** 28;

/**
 * Decodes lossless JPEG (ITU-T T.81, process 14, Annex H) of 2 to 16 bit and any predictor.
 * @throws {VolumeFormatError} if the data are damaged or of another kind of JPEG
 */
export function decodeLosslessJpeg(bytes: Uint8Array, name: string): LosslessJpeg {
  try {
    return decode(bytes);
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: the lossless JPEG data are damaged or not supported (${reason}); fetch or export the file again`,
      { cause },
    );
  }
}

function decode(bytes: Uint8Array): LosslessJpeg {
  const tables: (HuffmanTable | undefined)[] = [];
  let restartInterval = 0;
  let frame: LosslessFrame | undefined;
  if (bytes[0] !== 0xff || bytes[1] !== SOI) throw new Error('it does not start like a JPEG image');
  for (const { code, body, end } of headerSegments(bytes)) {
    if (code === 0xc4) readTables(body, tables);
    else if (code === 0xdd) restartInterval = body[0]! * 256 + body[1]!;
    else if (code === 0xc3) frame = readFrame(body, bytes.length);
    else if (code >= 0xc0 && code <= 0xcf && code !== 0xc8) {
      throw new Error(`its process (marker ${code.toString(16)}) is another`);
    } else if (code === SOS) {
      if (frame === undefined) throw new Error('a scan comes before the frame');
      const bits = scanBits(bytes, end + 2 + body.length);
      return readScan(frame, body, tables, restartInterval, bits);
    }
  }
  throw new Error('a segment is cut off, or there is no scan');
}

function readTables(body: Uint8Array, tables: (HuffmanTable | undefined)[]): void {
  for (let at = 0; at < body.length; ) {
    const counts = body.slice(at + 1, at + 17);
    const end = at + 17 + counts.reduce((sum, count) => sum + count, 0);
    if (counts.length < 16 || end > body.length || body[at]! > 3) {
      throw new Error('a DHT segment is damaged');
    }
    tables[body[at]!] = huffmanTable(counts, body.slice(at + 17, end));
    at = end;
  }
}

function readFrame(body: Uint8Array, fileSize: number): LosslessFrame {
  const view = new DataView(body.buffer, body.byteOffset, body.length);
  const precision = view.getUint8(0);
  const height = view.getUint16(1);
  const width = view.getUint16(3);
  const count = view.getUint8(5);
  if (precision < 2 || precision > 16)
    throw new Error(`${precision} bits a sample are not defined`);
  if (count < 1 || count > 4 || body.length < 6 + 3 * count || width < 1 || height < 1) {
    throw new Error('the frame header is damaged');
  }
  // No sample takes less than a bit.
  if (width * height * count > Math.min(8 * fileSize, MAX_SAMPLES)) {
    throw new Error(`${width}×${height} pixels cannot be in ${fileSize} bytes`);
  }
  const ids = Array.from({ length: count }, (_, i) => body[6 + 3 * i]!);
  if (count > 1 && ids.some((_, i) => body[7 + 3 * i] !== body[7]!)) {
    throw new Error('its components are sampled differently');
  }
  return { precision, width, height, ids };
}

function readScan(
  { precision, width, height, ids }: LosslessFrame,
  header: Uint8Array,
  tables: readonly (HuffmanTable | undefined)[],
  restartInterval: number,
  bits: ScanBits,
): LosslessJpeg {
  const channels = ids.length;
  const predictor = header[1 + 2 * channels]!;
  const shift = header[3 + 2 * channels]! & 15;
  if (header[0] !== channels || !(predictor >= 1 && predictor <= 7) || shift >= precision) {
    throw new Error('its components come in scans of their own, or the scan header is damaged');
  }
  const used = ids.map((_, i) => {
    const table = tables[header[2 + 2 * i]! >> 4];
    if (table === undefined) throw new Error('a Huffman table is missing');
    return table;
  });
  const samples = new Uint16Array(width * height * channels);
  const line = width * channels;
  const initial = 1 << (precision - shift - 1);
  let firstLine = 0;
  for (let pixel = 0; pixel < width * height; pixel++) {
    const column = pixel % width;
    const row = (pixel - column) / width;
    let isFirst = pixel === 0;
    if (restartInterval > 0 && pixel > 0 && pixel % restartInterval === 0) {
      bits.restart();
      isFirst = true;
      firstLine = row;
    }
    for (let c = 0; c < channels; c++) {
      const at = pixel * channels + c;
      const left = samples[at - channels]!;
      const above = samples[at - line]!;
      let guess: number;
      if (isFirst) guess = initial;
      else if (row === firstLine) guess = left;
      else if (column === 0) guess = above;
      else guess = predict(predictor, left, above, samples[at - line - channels]!);
      samples[at] = guess + difference(bits, used[c]!);
    }
  }
  if (shift > 0) for (let i = 0; i < samples.length; i++) samples[i]! <<= shift;
  return { width, height, channels, precision, samples };
}

/** Table H.1: a to the left, b above, c above to the left. */
function predict(predictor: number, a: number, b: number, c: number): number {
  switch (predictor) {
    case 1:
      return a;
    case 2:
      return b;
    case 3:
      return c;
    case 4:
      return a + b - c;
    case 5:
      return a + ((b - c) >> 1);
    case 6:
      return b + ((a - c) >> 1);
    default:
      return (a + b) >> 1;
  }
}

/** H.1.2.2: a category of 16 stands for 32768 and has no further bits. */
function difference(bits: ScanBits, table: HuffmanTable): number {
  const size = bits.symbol(table);
  if (size === 0) return 0;
  if (size === 16) return 32768;
  if (size > 16) throw new Error('a difference is too large');
  const value = bits.bits(size);
  return value < 1 << (size - 1) ? value - (1 << size) + 1 : value;
}
