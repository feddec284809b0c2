import dicomParser, { type Element, type DataSet as ParsedDataSet } from 'dicom-parser';
import { inflatingSource } from '../byte-source.ts';
import { VolumeFormatError } from '../volume-format-error.ts';

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
    const body = await source.readRest(MAX_INFLATED_BYTES);
    const whole = new Uint8Array(start + body.length);
    whole.set(bytes.subarray(0, start));
    whole.set(body, start);
    return whole;
  } finally {
    await source.close();
  }
}

function wrap(parsed: ParsedDataSet): DataSet {
  const guarded = <T>(read: () => T): T | undefined => {
    try {
      return read();
    } catch {
      // A value that lies beyond the file's end or is of another length is as good as absent.
      return undefined;
    }
  };
  const text = (tag: string) => {
    const value = guarded(() => parsed.string(tag))
      ?.replace(/\0+$/, '')
      .trim();
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
        dataSet ? [wrap(dataSet)] : [],
      ),
    has: (tag) => parsed.elements[tag] !== undefined,
    element: (tag) => parsed.elements[tag],
  };
}
