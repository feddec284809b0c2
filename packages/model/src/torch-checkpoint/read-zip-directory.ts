import { type ByteSource, requireBytes } from '../bytes/byte-source.ts';
import { damaged } from './refused.ts';

/** Where a file lies in a zip archive. */
export interface ZipEntry {
  readonly offset: number;
  readonly size: number;
  /** Whether the bytes there are the file's own, neither compressed nor encrypted. */
  readonly stored: boolean;
}

const endLength = 22;
const longestComment = 0xffff;
const endSignature = 0x06054b50;
const end64Signature = 0x06064b50;
const locator64Signature = 0x07064b50;
const entrySignature = 0x02014b50;
const localSignature = 0x04034b50;
/** Stands for a number that is in a 64-bit field instead. */
const elsewhere = 0xffffffff;
/** Far more than a checkpoint needs; bounds the memory that a directory can take. */
const longestDirectory = 2 ** 26;

/**
 * The files of a zip archive by name. PyTorch stores them uncompressed, so that each can be read in
 * place.
 *
 * Source: PKWARE's APPNOTE.TXT, 4.3 and 4.5.3.
 *
 * @throws RangeError naming the archive and the defect
 */
export function readZipDirectory(source: ByteSource): Map<string, ZipEntry> {
  const { name } = source;
  const { offset, length, count } = findDirectory(source);
  requireBytes(source, offset, length);
  if (length > longestDirectory) {
    throw damaged(name, `a zip directory of at most ${longestDirectory} bytes`, `${length}`);
  }
  const bytes = read(source, offset, length);
  const view = viewOf(bytes);
  const entries = new Map<string, ZipEntry>();
  let at = 0;
  for (let i = 0; i < count; i++) {
    if (at + 46 > length || view.getUint32(at, true) !== entrySignature) {
      throw damaged(name, `${count} entries in its zip directory`, `${i}`);
    }
    const [nameLength, extraLength, commentLength] = [28, 30, 32].map((field) =>
      view.getUint16(at + field, true),
    ) as [number, number, number];
    const nameEnd = at + 46 + nameLength;
    const next = nameEnd + extraLength + commentLength;
    if (next > length) throw damaged(name, 'a complete zip directory', 'a part of one');
    const entryName = new TextDecoder().decode(bytes.subarray(at + 46, nameEnd));
    const extra = bytes.subarray(nameEnd, nameEnd + extraLength);
    const sizes = [24, 20, 42].map((field) => view.getUint32(at + field, true));
    const [size, packedSize, local] = with64Bits(sizes, extra) as [number, number, number];
    const [flags, method] = [view.getUint16(at + 8, true), view.getUint16(at + 10, true)];
    const offset = dataOffset(source, local);
    requireBytes(source, offset, packedSize);
    const stored = method === 0 && (flags & 1) === 0 && size === packedSize;
    entries.set(entryName, { offset, size: packedSize, stored });
    at = next;
  }
  return entries;
}

/** Reads the record at the archive's end that says where the directory is. */
function findDirectory(source: ByteSource): { offset: number; length: number; count: number } {
  const tailLength = Math.min(source.size, endLength + longestComment);
  const tailStart = source.size - tailLength;
  const tail = viewOf(read(source, tailStart, tailLength));
  let at = tailLength - endLength;
  while (at >= 0 && tail.getUint32(at, true) !== endSignature) at--;
  if (at < 0) throw damaged(source.name, 'the end of a zip archive', 'none');
  const short = {
    count: tail.getUint16(at + 10, true),
    length: tail.getUint32(at + 12, true),
    offset: tail.getUint32(at + 16, true),
  };
  const locator = at - 20;
  if (locator < 0 || tail.getUint32(locator, true) !== locator64Signature) return short;
  const end64 = viewOf(read(source, Number(tail.getBigUint64(locator + 8, true)), 56));
  if (end64.getUint32(0, true) !== end64Signature) {
    throw damaged(source.name, 'the 64-bit end of a zip archive', 'something else');
  }
  const [count, length, offset] = [32, 40, 48].map((field) =>
    Number(end64.getBigUint64(field, true)),
  ) as [number, number, number];
  return { count, length, offset };
}

/** Sizes that did not fit into 32 bits are, in their order, in extra field 1. */
function with64Bits(values: readonly number[], extra: Uint8Array): readonly number[] {
  if (!values.includes(elsewhere)) return values;
  const view = viewOf(extra);
  let at = 0;
  while (at + 4 <= extra.length && view.getUint16(at, true) !== 1) {
    at += 4 + view.getUint16(at + 2, true);
  }
  at += 4;
  return values.map((value) => {
    if (value !== elsewhere || at + 8 > extra.length) return value;
    at += 8;
    return Number(view.getBigUint64(at - 8, true));
  });
}

/** The names and extras before a file's bytes may differ from those in the directory. */
function dataOffset(source: ByteSource, local: number): number {
  const header = viewOf(read(source, local, 30));
  if (header.getUint32(0, true) !== localSignature) {
    throw damaged(source.name, `a zip entry at byte ${local}`, 'something else');
  }
  return local + 30 + header.getUint16(26, true) + header.getUint16(28, true);
}

function read(source: ByteSource, offset: number, length: number): Uint8Array {
  requireBytes(source, offset, length);
  const bytes = new Uint8Array(length);
  source.read(bytes, offset);
  return bytes;
}

function viewOf(bytes: Uint8Array): DataView {
  return new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
}
