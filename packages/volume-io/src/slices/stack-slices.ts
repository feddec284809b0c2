import { type NdArray, ndarray } from '@sts-net/views';
import { likeVolume } from '../volume/like-volume.ts';
import type { Volume } from '../volume/volume.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { type EdgeRule, inPlane, type SliceAxis, sliceRange } from './slice-range.ts';

export interface StackSlicesOptions {
  /** Axis of `[slice, row, column]` that was cut across. @default 0 */
  readonly axis?: SliceAxis;
  /** As given to `slices25d`; matters with `edge: 'drop'` only. @default 1 */
  readonly context?: number;
  /** As given to `slices25d`; with `drop`, the outer slices have no mask. @default 'triple' */
  readonly edge?: EdgeRule;
  /** What the voxels of slices without a mask are. @default 0 */
  readonly missing?: number;
}

/**
 * Puts masks back together, the inverse of `slices25d`; or other planes, such as probabilities.
 * @param masks `[row, column]` each, one for every slice, in order
 * @param like gives the grid
 * @throws {RangeError} if the number of masks or a mask's shape does not fit the grid
 */
export function stackSlices<T extends VoxelArray = Uint8Array>(
  masks: Iterable<NdArray<T>>,
  like: Volume,
  options: StackSlicesOptions = {},
): Volume<T> {
  const { shape } = like.voxels;
  const { axis, first, last } = sliceRange('stackSlices', shape, options);
  let voxels: NdArray<T> | undefined;
  const [height, width] = inPlane(shape, axis);
  const miscounted = (given: string) =>
    new RangeError(
      `\`stackSlices\`: there must be ${last - first} masks, one for each slice, got ${given}; give one for each sample of \`slices25d\` with the same options`,
    );
  let index = first;
  for (const mask of masks) {
    if (index >= last) throw miscounted('more');
    if (mask.shape.length !== 2 || mask.shape[0] !== height || mask.shape[1] !== width) {
      throw new RangeError(
        `\`stackSlices\`: the mask of slice ${index} must have shape [${height}, ${width}] to fit the volume [${shape.join(', ')}], got [${mask.shape.join(', ')}]; resize it first`,
      );
    }
    voxels ??= volumeOf(mask.data, shape, options.missing ?? 0);
    const [rowStride, columnStride] = inPlane(voxels.stride, axis);
    const [maskRow, maskColumn] = mask.stride as [number, number];
    for (let row = 0; row < height; row++) {
      let from = mask.offset + row * maskRow;
      let to = index * voxels.stride[axis]! + row * rowStride;
      for (let column = 0; column < width; column++) {
        voxels.data[to] = mask.data[from]!;
        from += maskColumn;
        to += columnStride;
      }
    }
    index++;
  }
  if (index !== last) throw miscounted(String(index - first));
  voxels ??= volumeOf(new Uint8Array() as VoxelArray as T, shape, options.missing ?? 0);
  return likeVolume(like, voxels);
}

/** Voxels of the type of `data`, all of one value. */
function volumeOf<T extends VoxelArray>(
  data: T,
  shape: readonly number[],
  value: number,
): NdArray<T> {
  const Type = data.constructor as new (length: number) => T;
  const voxels = new Type(shape[0]! * shape[1]! * shape[2]!);
  if (value !== 0) voxels.fill(value);
  return ndarray(voxels, [...shape]);
}
