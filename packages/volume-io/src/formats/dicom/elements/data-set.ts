import dicomParser, { type Element, type DataSet as ParsedDataSet } from 'dicom-parser';
import { joinBytes } from '../../../bytes/byte-arrays.ts';
import { inflatingSource } from '../../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';

const DEFLATED = '1.2.840.10008.1.2.1.99';
const MAX_INFLATED_BYTES = 2 ** 31;

/** The elements of a DICOM file or of an item of a sequence; tags are written `xggggeeee`. */
export interface DataSet {
  /** Text without padding, or `undefined` if the element is absent or empty. */
  text(tag: string): string | undefined;
  /** Numbers written as text (DS, IS), separated by backslashes. */
  decimals(tag: string): number[] | undefined;
  /** The number of a US element. */
  uint16(tag: string): number | undefined;
  /** The numbers of a US or SS element. */
  shorts(tag: string): number[];
  /** The items of a sequence. */
  items(tag: string): readonly DataSet[];
  has(tag: string): boolean;
  /** The element as the parser found it. */
  element(tag: string): Element | undefined;
  readonly parsed: ParsedDataSet;
}

/** @throws {VolumeFormatError} if the bytes are no DICOM file or damaged */
export async function parseDataSet(bytes: Uint8Array, name: string): Promise<DataSet> {
  const inflated = await inflatedFile(bytes, name);
  try {
    return wrap(dicomParser.parseDicom(bytes, { inflater: () => inflated ?? bytes }));
  } catch (cause) {
    throw new VolumeFormatError(
      `${name}: the DICOM elements are damaged or cut off (${reasonOf(cause)}); fetch or export the file again`,
      { cause },
    );
  }
}

/** The parser throws strings, errors and objects that hold either. */
function reasonOf(cause: unknown): string {
  if (cause instanceof Error) return cause.message;
  if (typeof cause === 'string') return cause;
  const { exception } = (cause ?? {}) as { exception?: unknown };
  return exception === undefined ? String(cause) : reasonOf(exception);
}

/** The whole file with what is deflated inflated, or `undefined` if nothing is. */
async function inflatedFile(bytes: Uint8Array, name: string): Promise<Uint8Array | undefined> {
  let meta: ParsedDataSet;
  try {
    meta = dicomParser.parseDicom(bytes, { untilTag: 'x00020010', inflater: () => bytes });
  } catch {
    // The full parse says what is wrong.
    return undefined;
  }
  if (meta.string('x00020010') !== DEFLATED) return undefined;
  const start = 144 + (meta.uint32('x00020000') ?? 0);
  const source = inflatingSource(bytes.subarray(start), 'deflate-raw', name);
  try {
    return joinBytes([bytes.subarray(0, start), await source.readRest(MAX_INFLATED_BYTES)]);
  } finally {
    await source.close();
  }
}

/** What `SpecificCharacterSet` (PS3.3, C.12.1.1.2) is called elsewhere; the default is Latin-1. */
const CHARACTER_SETS: Readonly<Record<string, string>> = {
  'ISO_IR 101': 'iso-8859-2',
  'ISO_IR 109': 'iso-8859-3',
  'ISO_IR 110': 'iso-8859-4',
  'ISO_IR 144': 'iso-8859-5',
  'ISO_IR 127': 'iso-8859-6',
  'ISO_IR 126': 'iso-8859-7',
  'ISO_IR 138': 'iso-8859-8',
  'ISO_IR 148': 'iso-8859-9',
  'ISO_IR 13': 'shift_jis',
  'ISO_IR 166': 'windows-874',
  'ISO_IR 192': 'utf-8',
  'ISO 2022 IR 87': 'iso-2022-jp',
  'ISO 2022 IR 149': 'euc-kr',
  GB18030: 'gb18030',
  GBK: 'gbk',
};

/** The decoder that a data set asks for. */
function decoderOf(parsed: ParsedDataSet): TextDecoder | undefined {
  try {
    const names = parsed.string('x00080005')?.split('\\') ?? [];
    const label = names.map((name) => CHARACTER_SETS[name.trim()]).find(Boolean);
    return label === undefined ? undefined : new TextDecoder(label);
  } catch {
    // The element lies beyond the file's end.
    return undefined;
  }
}

function wrap(parsed: ParsedDataSet, inherited = new TextDecoder('latin1')): DataSet {
  const guarded = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      // A value that lies beyond the file's end or is of another length is as good as absent.
      return undefined;
    }
  };
  const decoder = decoderOf(parsed) ?? inherited;
  const text = (tag: string) => {
    const { dataOffset = 0, length = 0 } = parsed.elements[tag] ?? {};
    const bytes = parsed.byteArray.subarray(dataOffset, dataOffset + length);
    if (bytes.length < length) return undefined;
    const value = decoder.decode(bytes).replace(/\0.*$/s, '').trim();
    return value === '' ? undefined : value;
  };
  const uint16 = (tag: string) =>
    (parsed.elements[tag]?.length ?? 0) >= 2 ? guarded(() => parsed.uint16(tag)) : undefined;
  return {
    parsed,
    text,
    uint16,
    decimals: (tag) =>
      text(tag)
        ?.split('\\')
        .map((part) => (part.trim() === '' ? Number.NaN : Number(part))),
    shorts(tag) {
      const count = Math.floor((parsed.elements[tag]?.length ?? 0) / 2);
      return Array.from({ length: count }, (_, i) => guarded(() => parsed.uint16(tag, i)) ?? 0);
    },
    items: (tag) =>
      (parsed.elements[tag]?.items ?? []).flatMap(({ dataSet }) =>
        dataSet ? [wrap(dataSet, decoder)] : [],
      ),
    has: (tag) => parsed.elements[tag] !== undefined,
    element: (tag) => parsed.elements[tag],
  };
}
