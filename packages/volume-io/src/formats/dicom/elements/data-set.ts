import { decodeText } from './character-sets.ts';
import { dictionary, type Keyword, tagOf } from './dictionary.ts';
import {
  type DicomBytes,
  type Element,
  type Elements,
  IMPLICIT,
  readItems,
} from './element-reader.ts';

/** The elements of a DICOM file or of an item of a sequence; what is absent or empty is `undefined`. */
export interface DataSet {
  has(keyword: Keyword): boolean;
  /** Text as it is written, without padding; several values are separated by backslashes. */
  text(keyword: Keyword): string | undefined;
  /** Numbers, written as text or in binary; NaN where the text is none. */
  numbers(keyword: Keyword): readonly number[] | undefined;
  /** The first of the numbers. */
  number(keyword: Keyword): number | undefined;
  /** The items of a sequence. @throws {VolumeFormatError} if they are damaged */
  items(keyword: Keyword): readonly DataSet[];
  /** The element as it lies in `file`. */
  element(keyword: Keyword): Element | undefined;
  readonly file: DicomBytes;
}

type ReadNumber = (view: DataView, at: number, isLittle: boolean) => number;

/** How numbers in binary are read, and their size. */
const BINARY: Readonly<Record<string, readonly [bytes: number, read: ReadNumber]>> = {
  US: [2, (view, at, isLittle) => view.getUint16(at, isLittle)],
  SS: [2, (view, at, isLittle) => view.getInt16(at, isLittle)],
  UL: [4, (view, at, isLittle) => view.getUint32(at, isLittle)],
  SL: [4, (view, at, isLittle) => view.getInt32(at, isLittle)],
  FL: [4, (view, at, isLittle) => view.getFloat32(at, isLittle)],
  FD: [8, (view, at, isLittle) => view.getFloat64(at, isLittle)],
  OV: [8, (view, at, isLittle) => Number(view.getBigUint64(at, isLittle))],
  UV: [8, (view, at, isLittle) => Number(view.getBigUint64(at, isLittle))],
  SV: [8, (view, at, isLittle) => Number(view.getBigInt64(at, isLittle))],
  // Two halves of a tag.
  AT: [
    4,
    (view, at, isLittle) => view.getUint16(at, isLittle) * 65536 + view.getUint16(at + 2, isLittle),
  ],
};

/** @param inherited the character sets of what the elements lie in */
export function dataSetOf(
  file: DicomBytes,
  elements: Elements,
  inherited: readonly string[] = [],
): DataSet {
  const { byTag, encoding } = elements;
  const element = (keyword: Keyword) => byTag.get(tagOf(keyword));
  const bytesOf = ({ start, length }: Element) => file.bytes.subarray(start, start + length);
  const plain = (keyword: Keyword, characterSets: readonly string[]) => {
    const found = element(keyword);
    if (found === undefined) return undefined;
    const isName = dictionary[keyword][1] === 'PN';
    const value = decodeText(bytesOf(found), characterSets, isName).replace(/\0.*$/s, '').trim();
    return value === '' ? undefined : value;
  };
  const ownSets = plain('SpecificCharacterSet', [])?.split('\\');
  const characterSets = ownSets?.map((one) => one.trim()) ?? inherited;
  const text = (keyword: Keyword) => plain(keyword, characterSets);
  const numbers = (keyword: Keyword) => {
    const found = element(keyword);
    if (found === undefined) return undefined;
    const stated = found.vr === undefined || found.vr === 'UN' ? dictionary[keyword][1] : found.vr;
    const binary = BINARY[stated];
    if (binary === undefined) {
      const parts = text(keyword)?.split('\\');
      return parts?.map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
    }
    const [size, read] = binary;
    const count = Math.floor(found.length / size);
    if (count === 0) return undefined;
    return Array.from({ length: count }, (_, i) =>
      read(file.view, found.start + size * i, encoding.isLittle),
    );
  };
  return {
    file,
    element,
    text,
    numbers,
    number: (keyword) => numbers(keyword)?.[0],
    has: (keyword) => element(keyword) !== undefined,
    items(keyword) {
      const found = element(keyword);
      if (found === undefined) return [];
      const { start, length } = found;
      const inner = found.vr === 'UN' ? IMPLICIT : encoding;
      const items = found.items ?? readItems(file, inner, { start, end: start + length }).items;
      return items.map((item) => dataSetOf(file, item, characterSets));
    },
  };
}
