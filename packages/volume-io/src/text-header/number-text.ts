import { MAX_EXTRA_BYTES } from '../bytes/byte-source.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { datatypes, type NiftiDatatype } from '../voxels/datatypes.ts';
import { encodeVoxels } from '../voxels/voxel-bytes.ts';

/** The most characters that a number with the space around it takes. */
const NUMBER_CHARACTERS = 64;

/** The most bytes of text that numbers of `size` bytes take. */
export function mostText(datatype: NiftiDatatype, size: number): number {
  return Math.min(
    MAX_EXTRA_BYTES,
    2 ** 12 + NUMBER_CHARACTERS * (size / datatypes[datatype].bytes),
  );
}

/** The bytes of numbers that are written as text. */
export function asciiBytes(
  text: Uint8Array,
  datatype: NiftiDatatype,
  littleEndian: boolean,
  size: number,
  name: string,
): Uint8Array<ArrayBuffer> {
  const words = new TextDecoder('latin1')
    .decode(text)
    .split(/[\s,]+/)
    .filter((word) => word !== '');
  const { bytes, range } = datatypes[datatype];
  const count = size / bytes;
  if (words.length !== count) {
    throw new VolumeFormatError(
      `${name}: sizes declare ${count} numbers, got ${words.length}; the file is cut off or its header damaged`,
      { field: 'sizes' },
    );
  }
  const values = Float64Array.from(words, (word, i) => {
    const value = parse(word);
    const fits = range === undefined ? value !== undefined : isWithin(value, range);
    if (fits) return value!;
    throw new VolumeFormatError(
      `${name}: number ${i} must be ${range === undefined ? 'a number' : `a whole number from ${range[0]} to ${range[1]}`}, got ${JSON.stringify(word.slice(0, 40))}; the file is damaged`,
    );
  });
  return encodeVoxels(values, { datatype, littleEndian, scale: 1 }, 0);
}

function isWithin(value: number | undefined, [low, high]: readonly [number, number]): boolean {
  return value !== undefined && Number.isInteger(value) && value >= low && value <= high;
}

function parse(word: string): number | undefined {
  const value = Number(word);
  if (!Number.isNaN(value)) return value;
  const lower = word.toLowerCase();
  if (/^[+-]?nan$/.test(lower)) return Number.NaN;
  const infinity = /^([+-]?)inf(inity)?$/.exec(lower);
  if (infinity === null) return undefined;
  return infinity[1] === '-' ? Number.NEGATIVE_INFINITY : Number.POSITIVE_INFINITY;
}
