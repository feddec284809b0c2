import { ndarray } from '@sts-net/views';
import { inflatingSource, MAX_EXTRA_BYTES } from '../bytes/byte-source.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { COLOUR_TYPES, readChunks } from './png-chunks.ts';
import type { ImageContext, RasterImage } from './raster-image.ts';

/** First column and row and their steps in each pass of Adam7 (PNG, 8.2). */
const ADAM7 = [
  [0, 0, 8, 8],
  [4, 0, 8, 8],
  [0, 4, 4, 8],
  [2, 0, 4, 4],
  [0, 2, 2, 4],
  [1, 0, 2, 2],
  [0, 1, 1, 2],
] as const;

/**
 * Reads a PNG image (ISO 15948): every colour type and depth, interlaced or not, with all checksums
 * verified. Written out here because the published pure decoders get interlaced images below 8 bit
 * wrong or inflate without bound.
 */
export async function decodePng(
  bytes: Uint8Array,
  { name, palette: mode, onWarning }: ImageContext,
): Promise<RasterImage> {
  const chunks = readChunks(bytes, name);
  const { header, palette, transparency, data } = chunks;
  const { width, height, depth, colourType, interlaced } = header;
  const { samples } = COLOUR_TYPES[colourType]!;
  const passes = (interlaced ? ADAM7 : [[0, 0, 1, 1] as const])
    .map(([x, y, dx, dy]) => {
      const columns = Math.ceil((width - x) / dx);
      const rows = Math.ceil((height - y) / dy);
      return { x, y, dx, dy, columns, rows, lineBytes: Math.ceil((columns * samples * depth) / 8) };
    })
    .filter(({ columns, rows }) => columns > 0 && rows > 0);
  const size = passes.reduce((sum, pass) => sum + pass.rows * (pass.lineBytes + 1), 0);
  const source = inflatingSource(data, 'deflate', name, onWarning);
  const tooShort = (got: string) =>
    new VolumeFormatError(
      `${name}: ${width}×${height} pixels need ${size} bytes, got ${got}; the file is cut off or its header damaged`,
      { field: 'IDAT' },
    );
  let lines: Uint8Array;
  try {
    if (size > source.limit) throw tooShort(`at most ${source.limit}`);
    lines = await source.read(size);
    if (lines.length < size) throw tooShort(String(lines.length));
    // libpng says of both, bytes after the pixels and after the compressed data, that they are too many.
    const more = await source.passRest(size + MAX_EXTRA_BYTES);
    if (more > 0) {
      onWarning(
        `${name}: ${more} bytes follow the ${size} bytes of ${width}×${height} pixels and were passed over`,
      );
    }
  } finally {
    await source.close();
  }

  const stored = new (depth === 16 ? Uint16Array : Uint8Array)(width * height * samples);
  let at = 0;
  for (const { x, y, dx, dy, columns, rows, lineBytes } of passes) {
    let previous = new Uint8Array(lineBytes);
    for (let row = 0; row < rows; row++) {
      const line = lines.subarray(at + 1, at + 1 + lineBytes);
      unfilter(lines[at]!, line, previous, Math.max(1, (samples * depth) / 8), name);
      at += 1 + lineBytes;
      previous = line as Uint8Array<ArrayBuffer>;
      const start = (y + row * dy) * width;
      // Most images: whole lines of whole bytes.
      if (dx === 1 && depth === 8) {
        stored.set(line, start * samples);
        continue;
      }
      for (let i = 0; i < columns * samples; i++) {
        const column = x + Math.floor(i / samples) * dx;
        stored[(start + column) * samples + (i % samples)] = sample(line, i, depth);
      }
    }
  }
  const isExpanded = colourType === 3 && mode === 'expand';
  const pixels =
    colourType === 3 && mode === 'keep'
      ? stored
      : isExpanded
        ? expandPalette(stored, palette!, transparency, name)
        : withAlpha(stored, samples, depth, transparency);
  const channels = pixels.length / (width * height);
  const maxValue = isExpanded ? 255 : 2 ** depth - 1;
  const isKept = colourType === 3 && mode === 'keep';
  return {
    pixels: ndarray(pixels, [height, width, channels]),
    maxValue,
    pages: chunks.frames,
    orientation: chunks.orientation,
    lossy: false,
    ...(isKept && { colours: coloursOf(palette!, transparency) }),
  };
}

/** Red, green, blue and, if any is transparent, alpha of each index. */
function coloursOf(palette: Uint8Array, transparency: Uint8Array | undefined): number[][] {
  return Array.from({ length: palette.length / 3 }, (_, i) => {
    const colour = [...palette.subarray(3 * i, 3 * i + 3)];
    return transparency === undefined ? colour : [...colour, transparency[i] ?? 255];
  });
}

/** Undoes a line's filter in place (PNG, 9.2). */
function unfilter(
  type: number,
  line: Uint8Array,
  above: Uint8Array,
  step: number,
  name: string,
): void {
  if (type > 4) {
    throw new VolumeFormatError(`${name}: filter ${type} is not defined; the file is damaged`, {
      field: 'IDAT',
    });
  }
  if (type === 0) return;
  for (let i = 0; i < line.length; i++) {
    const left = i >= step ? line[i - step]! : 0;
    const up = above[i]!;
    let guess = left;
    if (type === 2) guess = up;
    else if (type === 3) guess = (left + up) >> 1;
    else if (type === 4) {
      const corner = i >= step ? above[i - step]! : 0;
      const [a, b, c] = [
        Math.abs(up - corner),
        Math.abs(left - corner),
        Math.abs(left + up - 2 * corner),
      ];
      guess = a <= b && a <= c ? left : b <= c ? up : corner;
    }
    line[i]! += guess;
  }
}

function sample(line: Uint8Array, index: number, depth: number): number {
  if (depth === 8) return line[index]!;
  if (depth === 16) return line[2 * index]! * 256 + line[2 * index + 1]!;
  const bit = index * depth;
  return (line[bit >> 3]! >> (8 - depth - (bit & 7))) & (2 ** depth - 1);
}

function expandPalette(
  indices: Uint8Array | Uint16Array,
  palette: Uint8Array,
  transparency: Uint8Array | undefined,
  name: string,
): Uint8Array {
  const channels = transparency === undefined ? 3 : 4;
  const pixels = new Uint8Array(indices.length * channels);
  for (let i = 0; i < indices.length; i++) {
    const index = indices[i]!;
    if (3 * index >= palette.length) {
      throw new VolumeFormatError(
        `${name}: a pixel has colour ${index} of a palette of ${palette.length / 3}; the file is damaged`,
        { field: 'PLTE' },
      );
    }
    for (let c = 0; c < 3; c++) pixels[i * channels + c] = palette[3 * index + c]!;
    if (transparency !== undefined) pixels[i * channels + 3] = transparency[index] ?? 255;
  }
  return pixels;
}

/** Grey or colour with the one transparent value of `tRNS` as an alpha channel. */
function withAlpha(
  stored: Uint8Array | Uint16Array,
  samples: number,
  depth: number,
  transparency: Uint8Array | undefined,
): Uint8Array | Uint16Array {
  if (transparency === undefined || samples % 2 === 0 || transparency.length < 2 * samples) {
    return stored;
  }
  const count = stored.length / samples;
  const pixels = new (depth === 16 ? Uint16Array : Uint8Array)(count * (samples + 1));
  for (let i = 0; i < count; i++) {
    let isClear = true;
    for (let c = 0; c < samples; c++) {
      const value = stored[i * samples + c]!;
      pixels[i * (samples + 1) + c] = value;
      isClear &&= value === transparency[2 * c]! * 256 + transparency[2 * c + 1]!;
    }
    pixels[i * (samples + 1) + samples] = isClear ? 0 : 2 ** depth - 1;
  }
  return pixels;
}
