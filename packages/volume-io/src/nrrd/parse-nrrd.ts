import ndarray from 'ndarray';
import { asciiBytes } from '../ascii.ts';
import { bunzip2 } from '../bunzip2.ts';
import {
  type ByteSource,
  inflatingSource,
  MAX_EXTRA_BYTES,
  MAX_PADDING_BYTES,
  plainSource,
} from '../byte-source.ts';
import { dataFileNames } from '../data-files.ts';
import { datatypes } from '../nifti/datatypes.ts';
import { decodeVoxels } from '../nifti/voxels.ts';
import type { Volume } from '../volume.ts';
import type { ParseContext } from '../volume-format.ts';
import { VolumeFormatError } from '../volume-format-error.ts';
import { nrrdGeometry } from './geometry.ts';
import { type NrrdStorage, parseNrrdHeader } from './parse-header.ts';

const MAX_VOLUMES = 2 ** 16;

/** Reads an NRRD image: one volume for each index along the axes that are not in space. */
export async function parseNrrd(
  source: ByteSource,
  context: ParseContext,
): Promise<readonly Volume[]> {
  const { name } = context;
  const storage = await parseNrrdHeader(source, name);
  const { sizes, header, datatype } = storage;
  const { spatial, spacing, affine } = nrrdGeometry(header, sizes.length, name);
  const count = sizes.reduce(
    (product, size, axis) => product * (spatial.includes(axis) ? 1 : size),
    1,
  );
  if (count > MAX_VOLUMES) {
    throw new VolumeFormatError(
      `${name}: must hold at most ${MAX_VOLUMES} volumes, got ${count} (sizes ${sizes.join(' ')}); the file is damaged or no image in space`,
      { field: 'sizes' },
    );
  }
  const size = sizes.reduce((product, length) => product * length, datatypes[datatype].bytes);
  const stored = await storedBytes(source, storage, size, context);
  const type = {
    datatype,
    littleEndian: storage.littleEndian,
    sclSlope: 1,
    sclInter: 0,
    voxOffset: 0,
  };
  const data = decodeVoxels(stored.buffer, type, name);

  const strides = sizes.map((_, axis) => sizes.slice(0, axis).reduce((a, b) => a * b, 1));
  const shape = [2, 1, 0].map((i) => (spatial[i] === undefined ? 1 : sizes[spatial[i]]!));
  const stride = [2, 1, 0].map((i) =>
    spatial[i] === undefined ? data.length : strides[spatial[i]]!,
  );
  const others = sizes.flatMap((length, axis) =>
    spatial.includes(axis) ? [] : [{ length, stride: strides[axis]! }],
  );
  return Array.from({ length: count }, (_, index) => {
    let offset = 0;
    for (const { length, stride: step } of others) {
      offset += (index % length) * step;
      index = Math.floor(index / length);
    }
    return { voxels: ndarray(data, shape, stride, offset), spacing, affine, header };
  });
}

/** The voxels' bytes from the rest of the file or from the files that the header names. */
async function storedBytes(
  source: ByteSource,
  storage: NrrdStorage,
  size: number,
  { name, sibling }: ParseContext,
): Promise<Uint8Array<ArrayBuffer>> {
  if (storage.dataFile === undefined) return decode(source, storage, size, name);
  const { sizes } = storage;
  const files = dataFileNames(storage.dataFile, sizes.length, 'data file', name);
  const share = size / files.length;
  if (!Number.isInteger(share)) {
    throw new VolumeFormatError(
      `${name}: \`data file\` names ${files.length} files, which cannot share ${size} bytes evenly; repair the header`,
      { field: 'data file' },
    );
  }
  let all: Uint8Array<ArrayBuffer> | undefined;
  for (const [i, file] of files.entries()) {
    const bytes = await sibling(file);
    if (bytes === undefined) {
      throw new VolumeFormatError(
        `${name}: \`data file\` names ${file}, which is not beside the header; put it there, or give its bytes through \`sibling\``,
        { field: 'data file' },
      );
    }
    const part = await decode(plainSource(bytes, file), storage, share, `${name}, ${file}`);
    if (files.length === 1) return part;
    all ??= new Uint8Array(size);
    all.set(part, i * share);
  }
  return all!;
}

/** Takes the voxels' bytes from `source` by line skip, encoding and byte skip. */
async function decode(
  source: ByteSource,
  { encoding, lineSkip, byteSkip, datatype, littleEndian }: NrrdStorage,
  size: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const skip = Math.max(0, byteSkip);
  const tooShort = (got: number | string) =>
    new VolumeFormatError(
      `${name}: sizes and type declare ${size} bytes of voxels, got ${got}; the file is cut off or its header damaged`,
      { field: 'sizes' },
    );
  for (let line = 0; line < lineSkip; line++) {
    let byte: number | undefined;
    do {
      [byte] = await source.read(1);
      if (byte === undefined) throw tooShort(`only ${line} of ${lineSkip} lines to skip`);
    } while (byte !== 10);
  }
  if (encoding === 'ascii') {
    const text = await source.readRest(MAX_EXTRA_BYTES);
    return asciiBytes(text.subarray(skip), datatype, littleEndian, size, name);
  }
  if (encoding === 'bzip2') {
    const packed = await source.readRest(Number.MAX_SAFE_INTEGER);
    // One byte of bzip2 stands for at most about 10⁶ bytes.
    if (size > packed.length * 2 ** 21) throw tooShort(`${packed.length} bytes of bzip2`);
    const unpacked = guarded(
      () => bunzip2(packed, size + (byteSkip === -1 ? MAX_EXTRA_BYTES : skip)),
      name,
    );
    const start = byteSkip === -1 ? unpacked.length - size : skip;
    if (start < 0 || unpacked.length < start + size)
      throw tooShort(Math.max(0, unpacked.length - skip));
    return unpacked.slice(start, start + size);
  }
  const packed = await source.readRest(Number.MAX_SAFE_INTEGER);
  const data =
    encoding === 'gzip' ? inflatingSource(packed, 'gzip', name) : plainSource(packed, name);
  try {
    if (size + skip > data.limit) throw tooShort(`at most ${Math.max(0, data.limit - skip)}`);
    if (byteSkip === -1) {
      const all = await data.readRest(size + MAX_EXTRA_BYTES);
      if (all.length < size) throw tooShort(all.length);
      return all.slice(all.length - size);
    }
    if (skip > MAX_EXTRA_BYTES) throw tooShort(`nothing after ${skip} bytes to skip`);
    await data.read(skip);
    const stored = await data.read(size);
    if (stored.length < size) throw tooShort(stored.length);
    const padding = encoding === 'raw' ? await data.read(MAX_PADDING_BYTES) : [];
    if (padding.length === MAX_PADDING_BYTES || !(await data.atEnd())) {
      throw new VolumeFormatError(
        `${name}: the data must end after the ${size} bytes of voxels that sizes and type declare, but more follow; the header is damaged or lacks \`byte skip\``,
        { field: 'sizes' },
      );
    }
    return stored;
  } finally {
    await data.close();
  }
}

function guarded<T>(decompress: () => T, name: string): T {
  try {
    return decompress();
  } catch (cause) {
    const reason = cause instanceof Error ? cause.message : String(cause);
    throw new VolumeFormatError(
      `${name}: the bzip2 data are damaged or longer than the header declares (${reason}); fetch or export the file again`,
      { cause },
    );
  }
}
