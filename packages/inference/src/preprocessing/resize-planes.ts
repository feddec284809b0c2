import { resizeBilinear, type Size } from '@sts-net/amplify';
import { type NdArray, ndarray } from '@sts-net/views';
import { createVolume, resizeLabels, type Volume } from '@sts-net/volume-io';
import { planeOrder } from './plane-order.ts';

type Axis = 0 | 1 | 2;

/** Every slice across `axis` resized with bilinear weights; see `resizeBilinear`. */
export function resizeImagePlanes(
  volume: Volume<Float32Array>,
  axis: Axis,
  size: Size,
): Volume<Float32Array> {
  return resizePlanes(volume, axis, size, Float32Array, ({ data, shape, stride, offset }) => {
    const image = ndarray(data, [...shape, 1], [...stride, 1], offset);
    return resizeBilinear(image, size).data;
  });
}

/** Every slice across `axis` of labels resized; see `resizeLabels`. */
export function resizeMaskPlanes(
  volume: Volume<Uint8Array>,
  axis: Axis,
  size: Size,
): Volume<Uint8Array> {
  return resizePlanes(volume, axis, size, Uint8Array, (plane) => resizeLabels(plane, size).data);
}

function resizePlanes<T extends Float32Array | Uint8Array>(
  { voxels, affine }: Volume<T>,
  axis: Axis,
  [height, width]: Size,
  Type: new (length: number) => T,
  resize: (plane: NdArray<T>) => T,
): Volume<T> {
  const count = voxels.shape[axis]!;
  const data = new Type(count * height * width);
  for (let k = 0; k < count; k++) {
    const plane = voxels.pick(...[0, 1, 2].map((a) => (a === axis ? k : null)));
    data.set(resize(plane), k * height * width);
  }
  const resized = ndarray(data, [count, height, width]).transpose(...planeOrder[axis]);
  const ratios = resized.shape.map((length, i) => voxels.shape[i]! / length);
  return createVolume(resized, { affine: scaledAffine(affine, ratios) });
}

/** Steps `ratios` times as long over the same box of space; `ratios` in the order of the voxels. */
function scaledAffine(affine: readonly number[], ratios: readonly number[]): number[] {
  const [slice, row, column] = ratios as [number, number, number];
  const scales = [column, row, slice];
  const scaled = [...affine];
  for (const r of [0, 1, 2]) {
    for (const [c, scale] of scales.entries()) {
      const step = affine[4 * r + c]!;
      scaled[4 * r + c] = step * scale;
      // The centre of the first voxel, half a step from the box's face.
      scaled[4 * r + 3]! += (step * (scale - 1)) / 2;
    }
  }
  return scaled;
}
