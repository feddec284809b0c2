import type { ByteSource } from '../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { threeSteps, type WorldGrid, worldGrid } from '../../geometry/world-grid.ts';
import type { MetaImageHeader } from '../../headers/volume-header.ts';
import { positiveIntegers, readLines } from '../../text-header/read-lines.ts';
import type { NiftiDatatype } from '../../voxels/datatypes.ts';

type Vector = [number, number, number];

/** A parsed header: storage and geometry. */
export interface MetaImageStorage extends WorldGrid {
  readonly header: MetaImageHeader;
  readonly datatype: NiftiDatatype;
  /** Lengths of the axes, x first. */
  readonly sizes: readonly number[];
  readonly channels: number;
  readonly isBinary: boolean;
  readonly isCompressed: boolean;
  readonly littleEndian: boolean;
  /** Bytes before the voxels; −1 if they are what lies at the end of the file. */
  readonly headerSize: number;
  /** `LOCAL`, `LIST`, a file or a pattern. */
  readonly dataFile: string;
}

const TYPES: Readonly<Record<string, NiftiDatatype>> = {
  MET_CHAR: 'int8',
  MET_UCHAR: 'uint8',
  MET_SHORT: 'int16',
  MET_USHORT: 'uint16',
  MET_INT: 'int32',
  MET_UINT: 'uint32',
  // ITK writes 32 bits for MET_LONG everywhere, and MET_LONG_LONG for 64.
  MET_LONG: 'int32',
  MET_ULONG: 'uint32',
  MET_LONG_LONG: 'int64',
  MET_ULONG_LONG: 'uint64',
  MET_FLOAT: 'float32',
  MET_DOUBLE: 'float64',
};

/** Reads the header up to `ElementDataFile`, which is its last line. */
export async function parseMetaImageHeader(
  source: ByteSource,
  name: string,
): Promise<MetaImageStorage> {
  const lines = await readLines(source, name, (line) => /^\s*ElementDataFile\s*=/.test(line));
  const fields: Record<string, string> = {};
  for (const line of lines) {
    const at = line.indexOf('=');
    if (at > 0) fields[line.slice(0, at).trim()] = line.slice(at + 1).trim();
    else if (line.trim() !== '') {
      throw new VolumeFormatError(
        `${name}: a line of the header must be "name = value", got ${JSON.stringify(line.slice(0, 60))}; the file is damaged`,
      );
    }
  }
  const fail = (field: string, requirement: string): never => {
    const actual = fields[field] === undefined ? 'nothing' : JSON.stringify(fields[field]);
    throw new VolumeFormatError(`${name}: \`${field}\` must be ${requirement}, got ${actual}`, {
      field,
    });
  };
  const flag = (field: string) => {
    const value = fields[field]?.toLowerCase();
    if (value === undefined || /^(false|0|no)$/.test(value)) return false;
    return /^(true|1|yes)$/.test(value) || fail(field, 'True or False');
  };
  const dataFile = fields.ElementDataFile ?? fail('ElementDataFile', 'the last line of the header');
  if (fields.ObjectType !== undefined && fields.ObjectType !== 'Image') fail('ObjectType', 'Image');
  const axes = Number(fields.NDims);
  if (!(Number.isInteger(axes) && axes >= 1 && axes <= 10))
    fail('NDims', 'a whole number from 1 to 10');
  const sizes = positiveIntegers(fields.DimSize ?? '') ?? fail('DimSize', 'whole numbers from 1');
  if (sizes.length !== axes) fail('DimSize', `${axes} numbers (NDims)`);
  const datatype =
    TYPES[(fields.ElementType ?? '').replace(/_ARRAY$/, '')] ??
    fail('ElementType', `one of ${Object.keys(TYPES).join(', ')}`);
  const [channels = 1] = positiveIntegers(fields.ElementNumberOfChannels ?? '1') ?? [];
  if (channels > 65536) fail('ElementNumberOfChannels', 'at most 65536');
  const headerSize = Number(fields.HeaderSize ?? 0);
  if (!(Number.isSafeInteger(headerSize) && headerSize >= -1)) {
    fail('HeaderSize', 'a whole number from 0, or -1 for what lies at the end');
  }
  for (const [field, neutral] of [
    ['ElementToIntensityFunctionSlope', 1],
    ['ElementToIntensityFunctionOffset', 0],
  ] as const) {
    // Readers differ about whether these apply, so there is no right answer.
    if (fields[field] !== undefined && Number(fields[field]) !== neutral) {
      fail(field, `${neutral}, because readers differ about others; apply it and remove the line`);
    }
  }
  return {
    header: { format: 'metaimage', fields },
    datatype,
    sizes,
    channels,
    isBinary: fields.BinaryData === undefined || flag('BinaryData'),
    isCompressed: flag('CompressedData'),
    littleEndian: !flag('BinaryDataByteOrderMSB') && !flag('ElementByteOrderMSB'),
    headerSize,
    dataFile,
    ...gridOf(fields, axes, name),
  };
}

/** Directions are the rows of TransformMatrix, one for each axis of the image; the world is LPS. */
function gridOf(fields: Readonly<Record<string, string>>, axes: number, name: string): WorldGrid {
  const numbers = (keys: readonly string[], count: number): number[] | undefined => {
    const field = keys.find((key) => fields[key] !== undefined);
    if (field === undefined) return undefined;
    const values = fields[field]!.split(/\s+/).map(Number);
    if (values.length === count && values.every(Number.isFinite)) return values;
    throw new VolumeFormatError(
      `${name}: \`${field}\` must be ${count} numbers, got ${JSON.stringify(fields[field])}; repair the header`,
      { field },
    );
  };
  const spacing = numbers(['ElementSpacing', 'ElementSize'], axes) ?? Array(axes).fill(1);
  const offset = numbers(['Offset', 'Position', 'Origin'], axes) ?? [];
  const matrix = numbers(['TransformMatrix', 'Orientation', 'Rotation'], axes * axes);
  const inSpace = Math.min(axes, 3);
  const steps = Array.from({ length: inSpace }, (_, axis) =>
    [0, 1, 2].map((i) => {
      const direction = i >= inSpace ? 0 : (matrix?.[axis * axes + i] ?? (i === axis ? 1 : 0));
      return direction * spacing[axis]!;
    }),
  ) as Vector[];
  const origin = [0, 1, 2].map((i) => offset[i] ?? 0) as Vector;
  return worldGrid(
    threeSteps(steps),
    origin,
    [-1, -1, 1],
    `${name}: \`TransformMatrix\` times \`ElementSpacing\``,
  );
}
