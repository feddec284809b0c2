import type { VoxelArray } from '../volume.ts';

/** Names of the sample types a NIfTI file can hold and this package reads and writes. */
export type NiftiDatatype =
  | 'uint8'
  | 'int8'
  | 'int16'
  | 'uint16'
  | 'int32'
  | 'uint32'
  | 'int64'
  | 'uint64'
  | 'float32'
  | 'float64';

export interface DatatypeSpec {
  readonly code: number;
  readonly bytes: number;
  /** Smallest and largest value; absent for floating point. */
  readonly range?: readonly [number, number];
}

export const datatypes: Readonly<Record<NiftiDatatype, DatatypeSpec>> = {
  uint8: { code: 2, bytes: 1, range: [0, 2 ** 8 - 1] },
  int8: { code: 256, bytes: 1, range: [-(2 ** 7), 2 ** 7 - 1] },
  int16: { code: 4, bytes: 2, range: [-(2 ** 15), 2 ** 15 - 1] },
  uint16: { code: 512, bytes: 2, range: [0, 2 ** 16 - 1] },
  int32: { code: 8, bytes: 4, range: [-(2 ** 31), 2 ** 31 - 1] },
  uint32: { code: 768, bytes: 4, range: [0, 2 ** 32 - 1] },
  // The upper limits are the largest doubles below 2^63 and 2^64.
  int64: { code: 1024, bytes: 8, range: [-(2 ** 63), 2 ** 63 - 2 ** 10] },
  uint64: { code: 1280, bytes: 8, range: [0, 2 ** 64 - 2 ** 11] },
  float32: { code: 16, bytes: 4 },
  float64: { code: 64, bytes: 8 },
};

const unsupported: Readonly<Record<number, string>> = {
  0: 'unknown',
  1: '1-bit',
  1536: 'float128',
  2048: 'complex256',
};

/** Types of several numbers a voxel, by their codes. */
const composite: Readonly<Record<number, { datatype: NiftiDatatype; components: number }>> = {
  32: { datatype: 'float32', components: 2 },
  128: { datatype: 'uint8', components: 3 },
  1792: { datatype: 'float64', components: 2 },
  2304: { datatype: 'uint8', components: 4 },
};

/** What a header's `datatype` code stands for, or `undefined` if that is not supported. */
export function storedType(
  code: number,
): { readonly datatype: NiftiDatatype; readonly components: number } | undefined {
  const names = Object.keys(datatypes) as NiftiDatatype[];
  const datatype = names.find((name) => datatypes[name].code === code);
  return datatype === undefined ? composite[code] : { datatype, components: 1 };
}

/** A readable name of a code that `storedType` does not know. */
export function nameOfUnsupported(code: number): string {
  return unsupported[code] ?? 'not defined by NIfTI';
}

/** The sample type that stores a typed array without conversion. */
export function datatypeOfArray(array: VoxelArray): Exclude<NiftiDatatype, 'int64' | 'uint64'> {
  if (array instanceof Uint8Array) return 'uint8';
  if (array instanceof Int8Array) return 'int8';
  if (array instanceof Int16Array) return 'int16';
  if (array instanceof Uint16Array) return 'uint16';
  if (array instanceof Int32Array) return 'int32';
  if (array instanceof Uint32Array) return 'uint32';
  if (array instanceof Float32Array) return 'float32';
  if (array instanceof Float64Array) return 'float64';
  throw new TypeError(
    `\`encodeVolume\`: voxels must be an integer or float typed array of at most 64-bit floats, got ${Object.prototype.toString.call(array)}; copy them into one first`,
  );
}
