/** Names of the sample types that are read and written, as NIfTI calls them. */
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

interface DatatypeSpec {
  readonly bytes: number;
  /** Smallest and largest value; absent for floating point. */
  readonly range?: readonly [number, number];
}

export const datatypes: Readonly<Record<NiftiDatatype, DatatypeSpec>> = {
  uint8: { bytes: 1, range: [0, 2 ** 8 - 1] },
  int8: { bytes: 1, range: [-(2 ** 7), 2 ** 7 - 1] },
  int16: { bytes: 2, range: [-(2 ** 15), 2 ** 15 - 1] },
  uint16: { bytes: 2, range: [0, 2 ** 16 - 1] },
  int32: { bytes: 4, range: [-(2 ** 31), 2 ** 31 - 1] },
  uint32: { bytes: 4, range: [0, 2 ** 32 - 1] },
  // The upper limits are the largest doubles below 2^63 and 2^64.
  int64: { bytes: 8, range: [-(2 ** 63), 2 ** 63 - 2 ** 10] },
  uint64: { bytes: 8, range: [0, 2 ** 64 - 2 ** 11] },
  float32: { bytes: 4 },
  float64: { bytes: 8 },
};
