import { encode } from 'fast-png';
import { colors } from './colors.ts';

/** Square pixels: grey values 0 … 255 and the masks to outline, all `width * height`. */
export interface Picture {
  readonly width: number;
  readonly height: number;
  readonly grey: Uint8Array;
  /** Shown in place of the grey values: red, green and blue of each pixel. */
  readonly colours?: Uint8Array;
  readonly truth: Uint8Array;
  readonly prediction: Uint8Array;
}

/** The picture with squares of `by` × `by` pixels as one: grey and colours are their means, masks hold what any of them holds. */
export function shrunk(picture: Picture, by: number): Picture {
  const { width, height, grey, colours } = picture;
  const [columns, rows] = [Math.ceil(width / by), Math.ceil(height / by)];
  const place = (at: number) =>
    Math.floor(at / width / by) * columns + Math.floor((at % width) / by);
  const means = (values: Uint8Array, channels: number): Uint8Array => {
    const sums = new Float64Array(columns * rows * channels);
    const counts = new Uint32Array(sums.length);
    for (let i = 0; i < values.length; i++) {
      const to = place(Math.floor(i / channels)) * channels + (i % channels);
      sums[to]! += values[i]!;
      counts[to]!++;
    }
    const result = new Uint8Array(sums.length);
    for (let i = 0; i < result.length; i++) result[i] = Math.round(sums[i]! / counts[i]!);
    return result;
  };
  const any = (mask: Uint8Array): Uint8Array => {
    const result = new Uint8Array(columns * rows);
    for (let at = 0; at < mask.length; at++) result[place(at)]! |= mask[at]!;
    return result;
  };
  return {
    width: columns,
    height: rows,
    grey: means(grey, 1),
    ...(colours && { colours: means(colours, 3) }),
    truth: any(picture.truth),
    prediction: any(picture.prediction),
  };
}

/** Which outlines a panel shows. */
export type Outline = 'truth' | 'prediction';

/**
 * Draws `picture` once for each panel, side by side, as a PNG in a data URI.
 *
 * Every pixel becomes a square of `scale` × `scale`; outlines run inside the outermost pixels of the
 * mask, the prediction's dashed so that they differ in print too.
 */
export function drawPanels(
  picture: Picture,
  panels: readonly (readonly Outline[])[],
  scale: number,
): { readonly uri: string; readonly width: number; readonly height: number } {
  const gap = panels.length > 1 ? scale : 0;
  const panelWidth = picture.width * scale;
  const width = panels.length * (panelWidth + gap) - gap;
  const height = picture.height * scale;
  const data = new Uint8Array(width * height * 3).fill(255);
  panels.forEach((outlines, index) => {
    const left = index * (panelWidth + gap);
    for (let y = 0; y < height; y++) {
      for (let x = 0; x < panelWidth; x++) {
        const color = pixelColor(picture, outlines, x, y, scale);
        data.set(color, (y * width + left + x) * 3);
      }
    }
  });
  const png = encode({ width, height, data, channels: 3, depth: 8 });
  return { uri: `data:image/png;base64,${Buffer.from(png).toString('base64')}`, width, height };
}

/** Length of a dash and of the gap after it, in drawn pixels. */
const dash = 5;

type Color = readonly [red: number, green: number, blue: number];

function pixelColor(
  picture: Picture,
  outlines: readonly Outline[],
  x: number,
  y: number,
  scale: number,
): Color {
  // The last outline lies on top; its gaps show those below.
  for (let i = outlines.length - 1; i >= 0; i--) {
    const outline = outlines[i]!;
    const dashed = outline === 'prediction' && Math.floor((x + y) / dash) % 2 === 1;
    if (!dashed && onBorder(picture, picture[outline], x, y, scale)) return rgb[outline];
  }
  const at = Math.floor(y / scale) * picture.width + Math.floor(x / scale);
  const { colours } = picture;
  if (colours !== undefined) return [colours[3 * at]!, colours[3 * at + 1]!, colours[3 * at + 2]!];
  const grey = picture.grey[at]!;
  return [grey, grey, grey];
}

/** Whether the drawn pixel lies at an edge between the mask and its outside, on the mask's side. */
function onBorder(
  { width, height }: Picture,
  mask: Uint8Array,
  x: number,
  y: number,
  scale: number,
): boolean {
  const column = Math.floor(x / scale);
  const row = Math.floor(y / scale);
  const inside = (r: number, c: number): boolean =>
    r >= 0 && c >= 0 && r < height && c < width && mask[r * width + c]! > 0;
  if (!inside(row, column)) return false;
  const thickness = Math.max(1, Math.round(scale / 3));
  const dx = edgeSide(x % scale, scale, thickness);
  const dy = edgeSide(y % scale, scale, thickness);
  return (
    (dx !== 0 && !inside(row, column + dx)) ||
    (dy !== 0 && !inside(row + dy, column)) ||
    (dx !== 0 && dy !== 0 && !inside(row + dy, column + dx))
  );
}

function edgeSide(offset: number, scale: number, thickness: number): -1 | 0 | 1 {
  if (offset < thickness) return -1;
  return offset >= scale - thickness ? 1 : 0;
}

const rgb: Readonly<Record<Outline, Color>> = {
  truth: parseColor(colors.truth),
  prediction: parseColor(colors.prediction),
};

function parseColor(hex: string): Color {
  const part = (at: number): number => Number.parseInt(hex.slice(at, at + 2), 16);
  return [part(1), part(3), part(5)];
}
