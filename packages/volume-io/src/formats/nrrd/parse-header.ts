import type { ByteSource } from '../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import type { NrrdHeader } from '../../headers/volume-header.ts';
import { positiveIntegers, readLines } from '../../text-header/read-lines.ts';
import type { NiftiDatatype } from '../../voxels/datatypes.ts';

type NrrdEncoding = 'raw' | 'ascii' | 'gzip' | 'bzip2';

/** The fields that say how voxels are stored. */
export interface NrrdStorage {
  readonly header: NrrdHeader;
  readonly datatype: NiftiDatatype;
  readonly sizes: readonly number[];
  readonly encoding: NrrdEncoding;
  readonly littleEndian: boolean;
  readonly lineSkip: number;
  readonly byteSkip: number;
  /** What `data file` says, and the lines after it where it is LIST; `undefined` if data are attached. */
  readonly dataFile: readonly string[] | undefined;
}

const TYPES: Readonly<Record<NiftiDatatype, readonly string[]>> = {
  int8: ['signed char', 'int8', 'int8_t'],
  uint8: ['uchar', 'unsigned char', 'uint8', 'uint8_t'],
  int16: ['short', 'short int', 'signed short', 'signed short int', 'int16', 'int16_t'],
  uint16: ['ushort', 'unsigned short', 'unsigned short int', 'uint16', 'uint16_t'],
  int32: ['int', 'signed int', 'int32', 'int32_t'],
  uint32: ['uint', 'unsigned int', 'uint32', 'uint32_t'],
  int64: [
    'longlong',
    'long long',
    'long long int',
    'signed long long',
    'signed long long int',
    'int64',
    'int64_t',
  ],
  uint64: ['ulonglong', 'unsigned long long', 'unsigned long long int', 'uint64', 'uint64_t'],
  float32: ['float'],
  float64: ['double'],
};

const ENCODINGS: Readonly<Record<string, NrrdEncoding>> = {
  raw: 'raw',
  txt: 'ascii',
  text: 'ascii',
  ascii: 'ascii',
  gz: 'gzip',
  gzip: 'gzip',
  bz2: 'bzip2',
  bzip2: 'bzip2',
};

/** Other spellings of fields. */
const ALIASES: Readonly<Record<string, string>> = {
  datafile: 'data file',
  lineskip: 'line skip',
  byteskip: 'byte skip',
  axismins: 'axis mins',
  centerings: 'centers',
};

/** Reads the header and checks what it says about storage. */
export async function parseNrrdHeader(source: ByteSource, name: string): Promise<NrrdStorage> {
  const fail = (field: string, requirement: string, got: string | undefined): never => {
    const actual = got === undefined ? 'nothing' : JSON.stringify(got);
    throw new VolumeFormatError(`${name}: \`${field}\` must be ${requirement}, got ${actual}`, {
      field,
    });
  };
  const { fields, keyValues, list } = await readFields(source, name);
  const type = fields.type?.toLowerCase().replace(/\s+/g, ' ');
  const names = Object.keys(TYPES) as NiftiDatatype[];
  const datatype =
    names.find((one) => TYPES[one].includes(type ?? '')) ??
    fail('type', 'a number type such as short or float', fields.type);
  const dimension = Number(fields.dimension);
  if (!(Number.isInteger(dimension) && dimension >= 1 && dimension <= 16)) {
    fail('dimension', 'a whole number from 1 to 16', fields.dimension);
  }
  const sizes =
    positiveIntegers(fields.sizes ?? '') ?? fail('sizes', 'whole numbers from 1', fields.sizes);
  if (sizes.length !== dimension) fail('sizes', `${dimension} numbers (dimension)`, fields.sizes);
  const encoding =
    ENCODINGS[fields.encoding?.toLowerCase() ?? ''] ??
    fail('encoding', 'raw, ascii, gzip or bzip2', fields.encoding);
  const isWide = !datatype.endsWith('8') && encoding !== 'ascii';
  if (isWide && fields.endian !== 'little' && fields.endian !== 'big') {
    fail('endian', `little or big for type ${type}`, fields.endian);
  }
  const lineSkip = Number(fields['line skip'] ?? 0);
  if (!(Number.isSafeInteger(lineSkip) && lineSkip >= 0)) {
    fail('line skip', 'a whole number from 0', fields['line skip']);
  }
  const byteSkip = Number(fields['byte skip'] ?? 0);
  if (!(Number.isSafeInteger(byteSkip) && byteSkip >= -1)) {
    fail('byte skip', 'a whole number from 0, or -1 for what lies at the end', fields['byte skip']);
  }
  const dataFile = fields['data file'];
  return {
    header: { format: 'nrrd', fields, keyValues },
    datatype,
    sizes,
    encoding,
    littleEndian: fields.endian !== 'big',
    lineSkip,
    byteSkip,
    dataFile: dataFile === undefined ? undefined : [dataFile, ...list],
  };
}

async function readFields(source: ByteSource, name: string) {
  let isList = false;
  const lines = await readLines(source, name, (line) => {
    isList ||= /^data ?file: *LIST/i.test(line);
    return line === '' && !isList;
  });
  const fields: Record<string, string> = {};
  const keyValues: Record<string, string> = {};
  const list: string[] = [];
  let inList = false;
  for (const line of lines.slice(1)) {
    if (inList) {
      if (line !== '') list.push(line.trim());
      continue;
    }
    if (line === '' || line.startsWith('#')) continue;
    const match = /^([^:]+?):(=|\s)(.*)$/s.exec(line);
    if (match === null) {
      throw new VolumeFormatError(
        `${name}: a line of the header must be a field, a key and value or a comment, got ${JSON.stringify(line.slice(0, 60))}; the file is damaged`,
      );
    }
    const [, key, separator, value] = match as unknown as [string, string, string, string];
    if (separator === '=') {
      keyValues[key] = value;
    } else {
      const field = key.toLowerCase();
      fields[ALIASES[field] ?? field] = value.trim();
      inList = /^data ?file$/.test(field) && /^LIST\b/i.test(value.trim());
    }
  }
  return { fields, keyValues, list };
}
