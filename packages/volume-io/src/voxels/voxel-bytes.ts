import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { datatypes, type NiftiDatatype } from './datatypes.ts';
import { kindOfArray, type VoxelArray, voxelArrays } from './voxel-arrays.ts';

const arrays = { ...voxelArrays, int64: BigInt64Array, uint64: BigUint64Array } as const;

const hostIsLittleEndian = new Uint8Array(new Uint16Array([1]).buffer)[0] === 1;

/** How samples are stored, and how real values come from them. */
export interface StoredType {
  readonly datatype: NiftiDatatype;
  readonly littleEndian: boolean;
  /** Real value = `sclSlope · stored + sclInter`. */
  readonly sclSlope: number;
  readonly sclInter: number;
  /** Where they start in the file, for error messages. */
  readonly voxOffset: number;
}

/** Turns stored samples into real values. Takes over `buffer`. */
export function decodeVoxels(buffer: ArrayBuffer, header: StoredType, name: string): VoxelArray {
  const { datatype, littleEndian, sclSlope, sclInter } = header;
  const { bytes } = datatypes[datatype];
  if (littleEndian !== hostIsLittleEndian) swapBytes(buffer, bytes);
  const stored = new arrays[datatype](buffer);
  if (sclSlope === 1 && sclInter === 0) {
    return isBig(stored) ? exactDoubles(stored, header, name) : stored;
  }
  const narrow = bytes <= 2 || datatype === 'float32';
  const real = narrow ? new Float32Array(stored.length) : new Float64Array(stored.length);
  for (let i = 0; i < real.length; i++) real[i] = sclSlope * Number(stored[i]) + sclInter;
  return real;
}

/** How values are stored. */
export interface Storing {
  readonly datatype: NiftiDatatype;
  readonly littleEndian: boolean;
  /** What stored numbers are multiplied by to become values; with 1 values are stored as they are. */
  readonly scale: number;
}

/**
 * The bytes of values.
 * @param first index of the first of them, for error messages
 * @throws {RangeError} if one does not fit
 */
export function encodeVoxels(
  given: VoxelArray,
  { datatype, littleEndian, scale }: Storing,
  first: number,
): Uint8Array<ArrayBuffer> {
  const { bytes, range } = datatypes[datatype];
  const values = scale === 1 ? given : multiplesOf(scale, given);
  const stored = new arrays[datatype](values.length);
  if (range !== undefined && kindOfArray(values) !== datatype) {
    checkIntegers(values, datatype, range, first);
  }
  if (isBig(stored)) {
    for (let i = 0; i < values.length; i++) stored[i] = BigInt(values[i]!);
  } else {
    stored.set(values);
  }
  if (littleEndian !== hostIsLittleEndian) swapBytes(stored.buffer, bytes);
  return new Uint8Array(stored.buffer);
}

/** How many times `scale` each value is, rounded. */
function multiplesOf(scale: number, values: VoxelArray): Float64Array {
  const multiples = new Float64Array(values.length);
  for (let i = 0; i < multiples.length; i++) multiples[i] = Math.round(values[i]! / scale);
  return multiples;
}

function isBig(array: object): array is BigInt64Array | BigUint64Array {
  return array instanceof BigInt64Array || array instanceof BigUint64Array;
}

function exactDoubles(
  stored: BigInt64Array | BigUint64Array,
  header: StoredType,
  name: string,
): Float64Array {
  const values = new Float64Array(stored.length);
  for (let i = 0; i < values.length; i++) {
    const value = Number(stored[i]);
    if (!Number.isSafeInteger(value) && BigInt(value) !== stored[i]) {
      throw new VolumeFormatError(
        `${name}: voxel ${i} is ${stored[i]}, which a 64-bit float cannot hold exactly; store the image as float64 or as smaller integers`,
        { field: 'datatype', offset: header.voxOffset + 8 * i },
      );
    }
    values[i] = value;
  }
  return values;
}

function checkIntegers(
  values: VoxelArray,
  datatype: NiftiDatatype,
  [low, high]: readonly [number, number],
  first: number,
): void {
  for (let i = 0; i < values.length; i++) {
    const value = values[i]!;
    if (!(value >= low && value <= high && Number.isInteger(value))) {
      throw new RangeError(
        `\`encodeVolume\`: every voxel must be a whole number from ${low} to ${high} to be stored as ${datatype}, got ${value} at index ${first + i}; choose another datatype`,
      );
    }
  }
}

function swapBytes(buffer: ArrayBuffer, size: number): void {
  const bytes = new Uint8Array(buffer);
  for (let start = 0; start < bytes.length; start += size) {
    for (let i = start, j = start + size - 1; i < j; i++, j--) {
      const byte = bytes[i]!;
      bytes[i] = bytes[j]!;
      bytes[j] = byte;
    }
  }
}
