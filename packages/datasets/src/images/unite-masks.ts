import ndarray, { type NdArray } from 'ndarray';

/**
 * Voxels that are not background.
 *
 * @param ignore label of those on which nothing counts
 */
export function areaOf(labels: Uint8Array, ignore?: number): number {
  let area = 0;
  for (const label of labels) if (label !== 0 && label !== ignore) area++;
  return area;
}

/**
 * The labels of one or several masks on one grid, in C order; where they overlap, the largest.
 *
 * @throws RangeError if the masks differ in shape.
 */
export function uniteMasks(masks: readonly NdArray<Uint8Array>[]): NdArray<Uint8Array> {
  const [first, ...others] = masks;
  const shape = [...first!.shape];
  const labels = Uint8Array.from(first!.data);
  for (const { data, shape: own } of others) {
    if (own.join() !== shape.join()) {
      throw new RangeError(
        `its masks must have one shape, got [${shape.join(', ')}] and [${own.join(', ')}]`,
      );
    }
    for (let i = 0; i < labels.length; i++) if (data[i]! > labels[i]!) labels[i] = data[i]!;
  }
  return ndarray(labels, shape);
}
