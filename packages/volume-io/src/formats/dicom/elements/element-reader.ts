import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';

/** The bytes of a file, with what errors call it. */
export interface DicomBytes {
  readonly bytes: Uint8Array;
  readonly view: DataView;
  readonly name: string;
}

/** How elements are encoded (PS3.5, 7.1). */
export interface Encoding {
  readonly isLittle: boolean;
  /** Whether elements say their value representation. */
  readonly isExplicit: boolean;
}

/** Where values lie in the bytes. */
export interface Span {
  readonly start: number;
  readonly length: number;
}

export interface Element extends Span {
  /** The value representation, if the element says it. */
  readonly vr: string | undefined;
  /** The items of a sequence of undefined length; one of known length is read when it is asked for. */
  readonly items?: readonly Elements[];
  /** Compressed pixels; the first fragment is the table of offsets. */
  readonly fragments?: readonly Span[];
  /** Whether the fragments go to the end of the file without the mark that ends them. */
  readonly isOpen?: boolean;
}

/** The elements of a data set or item by tag, `0xggggeeee`. */
export interface Elements {
  readonly byTag: ReadonlyMap<number, Element>;
  readonly encoding: Encoding;
}

const PIXEL_DATA = 0x7fe00010;
const ITEM = 0xfffee000;
const ITEM_END = 0xfffee00d;
const SEQUENCE_END = 0xfffee0dd;
const UNDEFINED = 0xffffffff;
/** Deeper than any sound file goes. */
const MAX_DEPTH = 64;
/** Also that of what was of unknown representation (UN) (PS3.5, 6.2.2, note 4). */
export const IMPLICIT: Encoding = { isLittle: true, isExplicit: false };

/** Value representations whose length has 16 bits (PS3.5, table 7.1-2); that of all others has 32. */
const SHORT = /^(A[EST]|CS|D[AST]|F[DL]|IS|LO|LT|PN|S[HLST]|TM|U[ILS])$/;
const LONG = /^(O[BDFLVW]|S[QV]|U[CNRTV])$/;
const FRAGMENTED = /^O[BDFLVW]$/;

/**
 * Reads elements one after the other into `into`, which keeps what came before an error.
 * @param end where they end; where an undefined length was stated, what they lie in ends there
 * @param isOver stops before the element with this tag
 * @returns where the next byte is
 * @throws {VolumeFormatError} if they are damaged or cut off
 */
export function readElements(
  file: DicomBytes,
  encoding: Encoding,
  { start, end, isDelimited, depth = 0 }: Range,
  into: Map<number, Element>,
  isOver: (tag: number) => boolean = () => false,
): number {
  if (depth > MAX_DEPTH) throw damaged(file, start, 'its sequences are too deep');
  for (let at = start; ; ) {
    if (at === end && !isDelimited) return at;
    // Some writers fill the last block of a file.
    if (depth === 0 && isFilling(file, at, end)) return end;
    const head = readHead(file, encoding, at, end);
    if (isDelimited && head.tag === ITEM_END) return head.start;
    if (isOver(head.tag)) return at;
    const { tag, vr } = head;
    if (tag >= ITEM) throw damaged(file, at, `an item stands where an element should be`);
    if (head.length !== UNDEFINED) {
      into.set(tag, { vr, start: head.start, length: head.length });
      at = head.start + head.length;
      if (at > end) {
        into.delete(tag);
        throw cutOff(file, tag, head, end);
      }
      continue;
    }
    const within = { start: head.start, end, depth: depth + 1 };
    if (tag === PIXEL_DATA || (vr !== undefined && FRAGMENTED.test(vr))) {
      const { fragments, next, isOpen } = readFragments(file, encoding, within);
      into.set(tag, { vr, start: head.start, length: next - head.start, fragments, isOpen });
      at = next;
    } else {
      const inner = vr === 'UN' ? IMPLICIT : encoding;
      const { items, next } = readItems(file, inner, { ...within, isDelimited: true });
      into.set(tag, { vr, start: head.start, length: next - head.start, items });
      at = next;
    }
  }
}

interface Range {
  readonly start: number;
  readonly end: number;
  /** Whether a mark ends it, at the latest at `end`. */
  readonly isDelimited?: boolean;
  readonly depth?: number;
}

/** Reads the items of a sequence. @throws {VolumeFormatError} if they are damaged or cut off */
export function readItems(
  file: DicomBytes,
  encoding: Encoding,
  { start, end, isDelimited = false, depth = 1 }: Range,
): { readonly items: readonly Elements[]; readonly next: number } {
  const items: Elements[] = [];
  for (let at = start; ; ) {
    if (at === end && !isDelimited) return { items, next: at };
    const head = readHead(file, encoding, at, end);
    at = head.start;
    if (head.tag === SEQUENCE_END) {
      if (isDelimited) return { items, next: at };
      continue;
    }
    if (head.tag !== ITEM)
      throw damaged(file, at - 8, 'a sequence holds something else than items');
    const byTag = new Map<number, Element>();
    const isOpen = head.length === UNDEFINED;
    if (!isOpen && at + head.length > end) throw cutOff(file, ITEM, head, end);
    const range = { start: at, end: isOpen ? end : at + head.length, isDelimited: isOpen, depth };
    at = readElements(file, encoding, range, byTag);
    items.push({ byTag, encoding });
  }
}

/** Reads the fragments of compressed pixels (PS3.5, A.4). */
function readFragments(
  file: DicomBytes,
  encoding: Encoding,
  { start, end }: Range,
): { readonly fragments: readonly Span[]; readonly next: number; readonly isOpen: boolean } {
  const fragments: Span[] = [];
  for (let at = start; ; ) {
    if (at === end && fragments.length > 0) return { fragments, next: at, isOpen: true };
    const head = readHead(file, encoding, at, end);
    if (head.tag === SEQUENCE_END) return { fragments, next: head.start, isOpen: false };
    if (head.tag !== ITEM)
      throw damaged(file, at, 'compressed pixels hold something else than items');
    at = head.start + head.length;
    if (at > end) throw cutOff(file, PIXEL_DATA, head, end);
    fragments.push({ start: head.start, length: head.length });
  }
}

interface Head extends Span {
  readonly tag: number;
  readonly vr: string | undefined;
}

/** The tag, representation and length of an element or item, and where its value starts. */
function readHead(
  file: DicomBytes,
  { isLittle, isExplicit }: Encoding,
  at: number,
  end: number,
): Head {
  const { bytes, view } = file;
  const needed = (count: number) => {
    if (at + count > end) {
      throw damaged(file, at, `${end - at} bytes are left where an element should begin`);
    }
  };
  needed(8);
  const tag = view.getUint16(at, isLittle) * 65536 + view.getUint16(at + 2, isLittle);
  const letters = String.fromCharCode(bytes[at + 4]!, bytes[at + 5]!);
  // Some writers leave the representation of single elements out; length bytes are no capitals.
  if (!isExplicit || tag >= ITEM || !/^[A-Z]{2}$/.test(letters)) {
    return { tag, vr: undefined, length: view.getUint32(at + 4, isLittle), start: at + 8 };
  }
  const isReserved = view.getUint16(at + 6) === 0;
  if (SHORT.test(letters) || (!LONG.test(letters) && !isReserved)) {
    return { tag, vr: letters, length: view.getUint16(at + 6, isLittle), start: at + 8 };
  }
  needed(12);
  return { tag, vr: letters, length: view.getUint32(at + 8, isLittle), start: at + 12 };
}

/** Whether nothing but zeros follows, at least those of a tag. */
function isFilling({ bytes }: DicomBytes, at: number, end: number): boolean {
  if (bytes[at] !== 0 || bytes[at + 1] !== 0) return false;
  for (let i = at; i < end; i++) if (bytes[i] !== 0) return false;
  return true;
}

function damaged({ name }: DicomBytes, offset: number, what: string): VolumeFormatError {
  return new VolumeFormatError(
    `${name}: the DICOM elements are damaged or cut off (${what}, at byte ${offset}); fetch or export the file again`,
    { offset },
  );
}

function cutOff(file: DicomBytes, tag: number, { start, length }: Span, end: number) {
  const hex = tag.toString(16).padStart(8, '0').toUpperCase();
  const name = tag === ITEM ? 'an item' : `(${hex.slice(0, 4)},${hex.slice(4)})`;
  return damaged(file, start, `${name} has ${length} bytes, ${end - start} are left`);
}
