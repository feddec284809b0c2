import type { Volume, VoxelArray } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';

/** Voxels that are not background. */
export function areaOf(labels: Uint8Array): number {
  let area = 0;
  for (const label of labels) if (label !== 0) area++;
  return area;
}

/**
 * The labels of one or several masks on one grid; where they overlap, the largest.
 *
 * @throws RangeError if the masks differ in shape or hold anything but whole numbers from 0 to 255.
 */
export function uniteMasks(masks: readonly Volume[]): NdArray<Uint8Array> {
  const [first] = masks;
  const shape = [...first!.voxels.shape];
  const labels = new Uint8Array(shape.reduce((product, length) => product * length, 1));
  for (const { voxels } of masks) {
    if (voxels.shape.join() !== shape.join()) {
      throw new RangeError(
        `its masks must have one shape, got [${shape.join(', ')}] and [${voxels.shape.join(', ')}]`,
      );
    }
    unite(labels, voxels);
  }
  return ndarray(labels, shape);
}

function unite(labels: Uint8Array, { data, shape, stride, offset }: NdArray<VoxelArray>): void {
  const [slices, rows, columns] = shape as [number, number, number];
  const [sliceStride, rowStride, columnStride] = stride as [number, number, number];
  let to = 0;
  for (let slice = 0; slice < slices; slice++) {
    for (let row = 0; row < rows; row++) {
      let from = offset + slice * sliceStride + row * rowStride;
      for (let column = 0; column < columns; column++, from += columnStride, to++) {
        const label = labelOf(data[from]!);
        if (label > labels[to]!) labels[to] = label;
      }
    }
  }
}

function labelOf(value: number): number {
  if (Number.isInteger(value) && value >= 0 && value <= 255) return value;
  throw new RangeError(
    `its mask must hold whole numbers from 0 to 255, got ${value}; threshold or renumber it first`,
  );
}
