import {
  type ByteSource,
  type FileContext,
  MAX_EXTRA_BYTES,
  MAX_PADDING_BYTES,
  plainSource,
} from '../bytes/byte-source.ts';
import { VolumeFormatError } from '../bytes/volume-format-error.ts';
import { datatypes, type NiftiDatatype } from '../voxels/datatypes.ts';
import type { VoxelArray } from '../voxels/voxel-arrays.ts';
import { decodeVoxels } from '../voxels/voxel-bytes.ts';

/** What a text header calls the fields that errors are about. */
export interface HeaderTerms {
  /** The field with the lengths of the axes. */
  readonly sizes: string;
  readonly type: string;
  readonly dataFile: string;
  readonly skip: string;
}

/** What a text header says about its voxels. */
export interface DeclaredVoxels {
  readonly datatype: NiftiDatatype;
  readonly littleEndian: boolean;
  /** Lengths of the axes, and of that of the channels, if it is apart. */
  readonly lengths: readonly number[];
  /** How many volumes they are. */
  readonly volumes: number;
  /** The files beside the header that hold them, or `undefined` if they follow it. */
  readonly files: readonly string[] | undefined;
}

const MAX_VOLUMES = 2 ** 16;

/**
 * The voxels that follow a text header or are in the files that it names.
 * @param decode takes so many bytes of voxels from a file
 */
export async function storedVoxels(
  source: ByteSource,
  { datatype, littleEndian, lengths, volumes, files }: DeclaredVoxels,
  decode: (source: ByteSource, size: number, name: string) => Promise<Uint8Array<ArrayBuffer>>,
  terms: HeaderTerms,
  context: FileContext,
): Promise<VoxelArray> {
  const { name } = context;
  if (volumes > MAX_VOLUMES) {
    throw new VolumeFormatError(
      `${name}: must hold at most ${MAX_VOLUMES} volumes, got ${volumes} (${terms.sizes} ${lengths.join(' ')}); the file is damaged or no image in space`,
      { field: terms.sizes },
    );
  }
  const size = lengths.reduce((product, length) => product * length, datatypes[datatype].bytes);
  const stored =
    files === undefined
      ? await decode(source, size, name)
      : await detached(files, size, decode, terms, context);
  const type = { datatype, littleEndian, sclSlope: 1, sclInter: 0, voxOffset: 0 };
  return decodeVoxels(stored.buffer, type, name);
}

async function detached(
  files: readonly string[],
  size: number,
  decode: (source: ByteSource, size: number, name: string) => Promise<Uint8Array<ArrayBuffer>>,
  { dataFile: field }: HeaderTerms,
  { name, sibling }: FileContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const share = size / files.length;
  if (!Number.isInteger(share)) {
    throw new VolumeFormatError(
      `${name}: \`${field}\` names ${files.length} files, which cannot share ${size} bytes evenly; repair the header`,
      { field },
    );
  }
  let all: Uint8Array<ArrayBuffer> | undefined;
  for (const [i, file] of files.entries()) {
    const bytes = await sibling(file);
    if (bytes === undefined) {
      throw new VolumeFormatError(
        `${name}: \`${field}\` names ${file}, which is not beside the header; put it there, or give its bytes through \`sibling\``,
        { field },
      );
    }
    const part = await decode(plainSource(bytes, file), share, `${name}, ${file}`);
    if (files.length === 1) return part;
    // Only once a file is there that holds its share.
    all ??= new Uint8Array(size);
    all.set(part, i * share);
  }
  return all!;
}

/**
 * Exactly `size` bytes of raw or inflated data.
 * @param skip bytes to pass over first; −1: all but the last `size`
 * @param isPadded whether a few bytes more may follow
 */
export async function declaredBytes(
  data: ByteSource,
  size: number,
  { skip, isPadded }: { readonly skip: number; readonly isPadded: boolean },
  terms: HeaderTerms,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const start = Math.max(0, skip);
  try {
    if (size + start > data.limit) {
      throw tooShort(size, `at most ${Math.max(0, data.limit - start)}`, terms, name);
    }
    if (skip === -1) {
      const all = await data.readRest(size + MAX_EXTRA_BYTES);
      if (all.length < size) throw tooShort(size, all.length, terms, name);
      return all.slice(all.length - size);
    }
    if (start > MAX_EXTRA_BYTES) {
      throw tooShort(size, `nothing after ${start} bytes to skip`, terms, name);
    }
    await data.read(start);
    const stored = await data.read(size);
    if (stored.length < size) throw tooShort(size, stored.length, terms, name);
    const padding = isPadded ? await data.read(MAX_PADDING_BYTES) : [];
    if (padding.length === MAX_PADDING_BYTES || !(await data.atEnd())) {
      throw new VolumeFormatError(
        `${name}: the data must end after the ${size} bytes of voxels that ${terms.sizes} and ${terms.type} declare, but more follow; the header is damaged or lacks \`${terms.skip}\``,
        { field: terms.sizes },
      );
    }
    return stored;
  } finally {
    await data.close();
  }
}

export function tooShort(
  size: number,
  got: number | string,
  { sizes, type }: HeaderTerms,
  name: string,
): VolumeFormatError {
  return new VolumeFormatError(
    `${name}: ${sizes} and ${type} declare ${size} bytes of voxels, got ${got}; the file is cut off or its header damaged`,
    { field: sizes },
  );
}
