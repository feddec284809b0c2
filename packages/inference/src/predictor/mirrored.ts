import type { ImageShape, Predictor } from './predictor.ts';

/** Along which axes of the image: up and down, left and right, or both. */
export type MirrorAxis = 'rows' | 'columns';

/**
 * The mean of what a predictor says of an image and of its mirror images, mirrored back: of two
 * images for one axis, four for both.
 *
 * @throws RangeError for no axis, or one that is not `rows` or `columns`
 */
export function mirrored(
  predictor: Predictor,
  axes: readonly MirrorAxis[] = ['rows', 'columns'],
): Predictor {
  const wrong = axes.find((axis) => axis !== 'rows' && axis !== 'columns');
  if (axes.length === 0 || wrong !== undefined) {
    throw new RangeError(
      `\`mirrored\`: axes must be 'rows', 'columns' or both, got ${wrong ?? 'none'}`,
    );
  }
  const { channels, classes } = predictor;
  const flips = [false, ...(axes.includes('rows') ? [true] : [])].flatMap((rows) =>
    [false, ...(axes.includes('columns') ? [true] : [])].map((columns) => ({ rows, columns })),
  );
  return {
    channels,
    classes,
    async predict(images, shape) {
      const [batch, height, width] = shape;
      const sum = new Float32Array(batch * height * width * classes);
      for (const flip of flips) {
        const seen = flipped(images, shape, flip);
        const probabilities = await predictor.predict(seen, shape);
        const back = flipped(probabilities, [batch, height, width, classes], flip);
        for (let i = 0; i < sum.length; i++) sum[i]! += back[i]! / flips.length;
      }
      return sum;
    },
  };
}

/** `[batch, height, width, depth]` mirrored; itself where nothing is. */
function flipped(
  values: Float32Array,
  [batch, height, width, depth]: ImageShape,
  { rows, columns }: { readonly rows: boolean; readonly columns: boolean },
): Float32Array {
  if (!rows && !columns) return values;
  const result = new Float32Array(values.length);
  let to = 0;
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < height; y++) {
      const row = (b * height + (rows ? height - 1 - y : y)) * width;
      for (let x = 0; x < width; x++) {
        const from = (row + (columns ? width - 1 - x : x)) * depth;
        for (let d = 0; d < depth; d++) result[to++] = values[from + d]!;
      }
    }
  }
  return result;
}
