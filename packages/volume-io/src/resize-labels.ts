import ndarray, { type NdArray } from 'ndarray';

/**
 * Labels `[row, column]` resized: each pixel takes the label that lies at its centre. Unlike OpenCV's
 * `INTER_NEAREST`, this moves them nowhere, so they stay on the image resized with them.
 */
export function resizeLabels(
  labels: NdArray<Uint8Array>,
  size: readonly [height: number, width: number],
): NdArray<Uint8Array> {
  const [rows, columns] = size.map((length, axis) => {
    const from = labels.shape[axis]!;
    return Array.from({ length }, (_, i) => Math.floor(((i + 0.5) * from) / length));
  }) as [number[], number[]];
  const [rowStride, columnStride] = labels.stride as [number, number];
  const result = new Uint8Array(rows.length * columns.length);
  let to = 0;
  for (const row of rows) {
    const start = labels.offset + row * rowStride;
    for (const column of columns) result[to++] = labels.data[start + column * columnStride]!;
  }
  return ndarray(result, [...size]);
}
