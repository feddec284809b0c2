import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { compressions } from './compressions.ts';
import { readSamples, samplesFor, undoPredictor } from './samples.ts';
import type { TiffPage } from './tiff-page.ts';

/** No page may have more samples. */
const MAX_SAMPLES = 2 ** 28;

interface ReadingContext {
  /** The file's name for error messages. */
  readonly name: string;
  readonly onWarning: (message: string) => void;
}

/**
 * The samples of a page, those of a pixel together.
 * @throws {VolumeFormatError} if they are cut off, damaged, or more than can be held
 */
export async function readPixels(
  bytes: Uint8Array,
  page: TiffPage,
  littleEndian: boolean,
  context: ReadingContext,
): Promise<VoxelArray> {
  const { width, height, samples, planar, bits, part, across, partsInPlane } = page;
  if (width * height * samples > MAX_SAMPLES) {
    throw new VolumeFormatError(
      `${context.name}: an image must have at most ${MAX_SAMPLES} samples, got ${width}×${height}×${samples}; cut it into pieces`,
    );
  }
  const pixels = samplesFor(page, width * height * samples);
  const planes = planar ? samples : 1;
  const count = planar ? 1 : samples;
  const line = samplesFor(page, part.width * count);
  const lineBytes = Math.ceil((part.width * count * bits) / 8);
  for (let i = 0; i < partsInPlane * planes; i++) {
    const plane = Math.floor(i / partsInPlane);
    const left = (i % across) * part.width;
    const top = Math.floor((i % partsInPlane) / across) * part.height;
    // Strips end with the image, tiles are whole.
    const rows =
      across === 1 && part.width === width ? Math.min(part.height, height - top) : part.height;
    const decoded = await decodePart(bytes, page, i, rows, lineBytes * rows, context);
    const columns = Math.min(part.width, width - left);
    for (let row = 0; row < Math.min(rows, height - top); row++) {
      const lineData = decoded.subarray(row * lineBytes, (row + 1) * lineBytes);
      readSamples(lineData, page, orderOf(lineData, page, count, littleEndian), line);
      const to = ((top + row) * width + left) * samples + plane;
      if (!planar) pixels.set(line.subarray(0, columns * count), to);
      else for (let x = 0; x < columns; x++) pixels[to + x * samples] = line[x]!;
    }
  }
  return pixels;
}

/** Undoes differences in a line; whether its bytes are in little-endian order after that. */
function orderOf(line: Uint8Array, page: TiffPage, count: number, littleEndian: boolean): boolean {
  if (page.predictor === 1) return littleEndian;
  return !undoPredictor(line, page, count, littleEndian) && littleEndian;
}

async function decodePart(
  bytes: Uint8Array,
  page: TiffPage,
  index: number,
  rows: number,
  size: number,
  { name, onWarning }: ReadingContext,
): Promise<Uint8Array> {
  const { compression, lowestFirst, part } = page;
  const { decode, isJpeg, name: by } = compressions[compression]!;
  const start = page.offsets[index]!;
  const length = page.counts[index] || bytes.length - start;
  const cut = (got: string) =>
    new VolumeFormatError(
      `${name}: part ${index} of the pixels must have ${size} bytes, got ${got}; the file is cut off or damaged`,
      { offset: Math.min(start, bytes.length) },
    );
  if (start >= bytes.length) throw cut('none');
  // What lies beyond the end was cut off, unless the pixels are all there.
  const data = bytes.subarray(start, start + length);
  const ordered = lowestFirst && !isJpeg ? data.map((byte) => REVERSED[byte]!) : data;
  let decoded: Uint8Array;
  try {
    decoded = await decode!(
      { data: ordered, width: part.width, rows, size, name, onWarning },
      page,
    );
  } catch (cause) {
    if (cause instanceof VolumeFormatError) throw cause;
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: the ${by} data of part ${index} are damaged or not supported (${reason}); convert the file, for example by ImageMagick: magick in.tif out.png`,
      { offset: start, cause },
    );
  }
  if (decoded.length < size) throw cut(String(decoded.length));
  return decoded;
}

/** Each byte with its bits in the other order. */
const REVERSED: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
  Array.from({ length: 8 }, (_bit, i) => ((byte >> i) & 1) << (7 - i)).reduce((a, b) => a | b),
);
