import type { NiftiDatatype } from '../../voxels/datatypes.ts';

/** What a header's `datatype` says, for types of one number a voxel. */
export const datatypeCodes: Readonly<Record<NiftiDatatype, number>> = {
  uint8: 2,
  int8: 256,
  int16: 4,
  uint16: 512,
  int32: 8,
  uint32: 768,
  int64: 1024,
  uint64: 1280,
  float32: 16,
  float64: 64,
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
  const names = Object.keys(datatypeCodes) as NiftiDatatype[];
  const datatype = names.find((name) => datatypeCodes[name] === code);
  return datatype === undefined ? composite[code] : { datatype, components: 1 };
}

/** A readable name of a code that `storedType` does not know. */
export function nameOfUnsupported(code: number): string {
  return unsupported[code] ?? 'not defined by NIfTI';
}
