import { type NdArray, ndarray } from '@sts-net/views';

/**
 * Labels of one plane at another size: each new pixel takes the label of the old pixel in which its
 * centre lies, and the later one where it lies between two: row ⌊(i + ½) · from / to⌋. `resample`
 * with `nearest` takes the same voxels. Unlike OpenCV's `INTER_NEAREST` this moves labels nowhere, so
 * they stay on the image that was resized with them.
 * @param labels `[row, column]`
 * @param size pixels from 1
 * @returns `[row, column]` in C order, in an array of its own
 * @throws {RangeError} if the shape or the size is another
 */
export function resizeLabels(
  labels: NdArray<Uint8Array>,
  size: readonly [height: number, width: number],
): NdArray<Uint8Array> {
  const { shape, stride, data, offset } = labels;
  if (shape.length !== 2 || shape.some((length) => length < 1)) {
    throw new RangeError(
      `\`resizeLabels\`: labels must have shape [row, column] without empty axes, got [${shape.join(', ')}]; resize volumes slice by slice`,
    );
  }
  if (size.length !== 2 || !size.every((length) => Number.isInteger(length) && length >= 1)) {
    throw new RangeError(
      `\`resizeLabels\`: \`size\` must be two whole numbers of pixels from 1, got [${size.join(', ')}]`,
    );
  }
  const [rows, columns] = size.map((to, axis) =>
    Int32Array.from({ length: to }, (_, i) => {
      return Math.floor(((i + 0.5) * shape[axis]!) / to) * stride[axis]!;
    }),
  ) as [Int32Array, Int32Array];
  const resized = new Uint8Array(rows.length * columns.length);
  let to = 0;
  for (const row of rows) {
    for (const column of columns) resized[to++] = data[offset + row + column]!;
  }
  return ndarray(resized, [...size]);
}
