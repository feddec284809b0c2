import { type NdArray, ndarray } from '@sts-net/views';

/** The typed arrays that hold voxels. */
export type VoxelArray =
  | Int8Array
  | Uint8Array
  | Int16Array
  | Uint16Array
  | Int32Array
  | Uint32Array
  | Float32Array
  | Float64Array;

/** The most voxels that all masks of a file may have together. */
export const MAX_MASK_VOXELS: number = 2 ** 30;

interface VoxelArrays {
  readonly uint8: Uint8ArrayConstructor;
  readonly int8: Int8ArrayConstructor;
  readonly int16: Int16ArrayConstructor;
  readonly uint16: Uint16ArrayConstructor;
  readonly int32: Int32ArrayConstructor;
  readonly uint32: Uint32ArrayConstructor;
  readonly float32: Float32ArrayConstructor;
  readonly float64: Float64ArrayConstructor;
}

/** The constructors, by the name of what they hold. */
export const voxelArrays: VoxelArrays = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
  float64: Float64Array,
};

/** What a typed array holds. @throws {TypeError} if voxels cannot be in such an array */
export function kindOfArray(array: VoxelArray): keyof VoxelArrays {
  // By tag, so that Node's `Buffer` and arrays of other windows count as what they are.
  const tag = array[Symbol.toStringTag];
  const kinds = Object.keys(voxelArrays) as (keyof VoxelArrays)[];
  const kind = kinds.find((one) => voxelArrays[one].name === tag);
  if (kind !== undefined) return kind;
  throw new TypeError(
    `\`voxels\`: must be in an integer or float typed array of at most 32-bit integers or 64-bit floats, got ${Object.prototype.toString.call(array)}; copy them into one first`,
  );
}

/** Zeros in an array of the same type as `data`. */
export function emptyLike<T extends VoxelArray>(data: T, shape: readonly number[]): NdArray<T> {
  const size = shape.reduce((product, length) => product * length, 1);
  return ndarray(new voxelArrays[kindOfArray(data)](size) as T, [...shape]);
}

/** Voxels in C order without gaps: the array itself if it is that already. */
export function inOrder<T extends VoxelArray>(voxels: NdArray<T>): T {
  const [depth, height, width] = voxels.shape as [number, number, number];
  const [s0, s1, s2] = voxels.stride as [number, number, number];
  const { data, offset } = voxels;
  if (s2 === 1 && s1 === width && s0 === width * height) {
    return data.subarray(offset, offset + depth * height * width) as T;
  }
  const values = emptyLike(data, voxels.shape).data;
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      let from = offset + z * s0 + y * s1;
      for (let x = 0; x < width; x++, from += s2) values[to++] = data[from]!;
    }
  }
  return values;
}
