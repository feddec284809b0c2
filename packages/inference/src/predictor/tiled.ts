import type { ImageShape, Predictor } from './predictor.ts';

export interface TileOptions {
  /** Height and width of a tile in pixels; images that are no larger along an axis are not cut there. */
  readonly size: readonly [height: number, width: number];
  /** The share of a tile that it has in common with the next, at least; 0 up to but without 1. @default 0.5 */
  readonly overlap?: number;
}

/** The parts of one axis that tiles cover, and how much each tile's pixels count there. */
interface Cut {
  readonly length: number;
  readonly starts: readonly number[];
  /** For each tile; where tiles overlap, the weights of a pixel add up to 1. */
  readonly weights: readonly Float64Array[];
}

/**
 * A predictor that sees images in overlapping tiles, so that what it needs for one call does not grow
 * with the image. Where tiles overlap their probabilities are averaged with Gaussian weights, of a
 * standard deviation of an eighth of the tile (Isensee et al., Nat Methods 2021): what is near the
 * border of a tile, and lacks its surroundings, counts little, and there is no seam. Images that are
 * no larger than a tile are seen whole.
 *
 * @throws RangeError if a size is no whole positive number, or the overlap is not from 0 to below 1
 */
export function tiled(predictor: Predictor, { size, overlap = 0.5 }: TileOptions): Predictor {
  if (size.length !== 2 || !size.every((length) => Number.isInteger(length) && length > 0)) {
    throw new RangeError(
      `\`tiled\`: \`size\` must be a height and a width in whole pixels, got [${size.join(', ')}]`,
    );
  }
  if (!(overlap >= 0 && overlap < 1)) {
    throw new RangeError(`\`tiled\`: \`overlap\` must be from 0 to below 1, got ${overlap}`);
  }
  const { channels, classes } = predictor;
  return {
    channels,
    classes,
    async predict(images, shape) {
      const [batch, height, width] = shape;
      const rows = cut(height, size[0], overlap);
      const columns = cut(width, size[1], overlap);
      if (rows.starts.length === 1 && columns.starts.length === 1) {
        return predictor.predict(images, shape);
      }
      const sum = new Float32Array(batch * height * width * classes);
      const target = [batch, height, width, classes] as const;
      for (const [r, top] of rows.starts.entries()) {
        for (const [c, left] of columns.starts.entries()) {
          const tile = [batch, rows.length, columns.length, channels] as const;
          const part = await predictor.predict(tileOf(images, shape, tile, top, left), tile);
          const weights = { rows: rows.weights[r]!, columns: columns.weights[c]! };
          addTile(part, weights, sum, target, top, left);
        }
      }
      return sum;
    },
  };
}

function cut(extent: number, size: number, overlap: number): Cut {
  const length = Math.min(size, extent);
  const step = Math.max(1, Math.floor(size * (1 - overlap)));
  const count = Math.ceil((extent - length) / step) + 1;
  // Evenly, so that no two tiles have much more in common than the others.
  const starts = Array.from({ length: count }, (_, i) =>
    count === 1 ? 0 : Math.round((i * (extent - length)) / (count - 1)),
  );
  const deviation = length / 8;
  const bell = Float64Array.from({ length }, (_, i) =>
    // In the far corners of large tiles nothing would be left of it in float32.
    Math.max(Math.exp(-(((i - (length - 1) / 2) / deviation) ** 2) / 2), 1e-4),
  );
  const total = new Float64Array(extent);
  for (const start of starts) for (let i = 0; i < length; i++) total[start + i]! += bell[i]!;
  const weights = starts.map((start) => bell.map((weight, i) => weight / total[start + i]!));
  return { length, starts, weights };
}

/** The part of every image of a batch that begins at `top` and `left`. */
function tileOf(
  images: Float32Array,
  [, height, width, depth]: ImageShape,
  [batch, rows, columns]: ImageShape,
  top: number,
  left: number,
): Float32Array {
  const tile = new Float32Array(batch * rows * columns * depth);
  for (let b = 0; b < batch; b++) {
    for (let row = 0; row < rows; row++) {
      const from = ((b * height + top + row) * width + left) * depth;
      tile.set(images.subarray(from, from + columns * depth), (b * rows + row) * columns * depth);
    }
  }
  return tile;
}

function addTile(
  part: Float32Array,
  weights: { readonly rows: Float64Array; readonly columns: Float64Array },
  sum: Float32Array,
  [batch, height, width, depth]: ImageShape,
  top: number,
  left: number,
): void {
  let from = 0;
  for (let b = 0; b < batch; b++) {
    for (const [row, across] of weights.rows.entries()) {
      let to = ((b * height + top + row) * width + left) * depth;
      for (const along of weights.columns) {
        const weight = across * along;
        for (let d = 0; d < depth; d++) sum[to++]! += weight * part[from++]!;
      }
    }
  }
}
