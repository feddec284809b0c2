import ndarray from 'ndarray';
import { asciiBytes } from '../ascii.ts';
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
import { readLines } from '../text-header.ts';
import type { Volume } from '../volume.ts';
import type { ParseContext } from '../volume-format.ts';
import { VolumeFormatError } from '../volume-format-error.ts';
import { type MetaImageStorage, parseMetaImageHeader } from './parse-header.ts';

const MAX_VOLUMES = 2 ** 16;

/** Reads a MetaImage: one volume for each channel and index along axes beyond the third. */
export async function parseMetaImage(
  source: ByteSource,
  context: ParseContext,
): Promise<readonly Volume[]> {
  const { name } = context;
  const storage = await parseMetaImageHeader(source, name);
  const { datatype, sizes, channels, spacing, affine, header } = storage;
  const count = sizes.slice(3).reduce((product, length) => product * length, channels);
  if (count > MAX_VOLUMES) {
    throw new VolumeFormatError(
      `${name}: must hold at most ${MAX_VOLUMES} volumes, got ${count} (DimSize ${sizes.join(' ')}, ${channels} channels); the file is damaged or no image in space`,
      { field: 'DimSize' },
    );
  }
  const size = sizes.reduce(
    (product, length) => product * length,
    channels * datatypes[datatype].bytes,
  );
  const stored = await storedBytes(source, storage, size, context);
  const type = {
    datatype,
    littleEndian: storage.littleEndian,
    sclSlope: 1,
    sclInter: 0,
    voxOffset: 0,
  };
  const data = decodeVoxels(stored.buffer, type, name);
  const [nx = 1, ny = 1, nz = 1] = sizes;
  const strides = [ny * nx * channels, nx * channels, channels];
  return Array.from({ length: count }, (_, index) => {
    const offset = Math.floor(index / channels) * nz * ny * nx * channels + (index % channels);
    return { voxels: ndarray(data, [nz, ny, nx], strides, offset), spacing, affine, header };
  });
}

async function storedBytes(
  source: ByteSource,
  storage: MetaImageStorage,
  size: number,
  { name, sibling }: ParseContext,
): Promise<Uint8Array<ArrayBuffer>> {
  const { dataFile, sizes } = storage;
  if (dataFile.toUpperCase() === 'LOCAL') return decode(source, storage, size, name);
  const isList = /^LIST\b/i.test(dataFile);
  const list = isList
    ? (await readLines(source, name, () => false)).map((line) => line.trim())
    : [];
  const lines = [dataFile, ...list.filter((line) => line !== '')];
  const files = dataFileNames(lines, sizes.length, 'ElementDataFile', name);
  if (sizes.at(-1)! % files.length !== 0) {
    throw new VolumeFormatError(
      `${name}: \`ElementDataFile\` names ${files.length} files, which cannot share ${sizes.at(-1)} slices evenly; repair the header`,
      { field: 'ElementDataFile' },
    );
  }
  const share = size / files.length;
  let all: Uint8Array<ArrayBuffer> | undefined;
  for (const [i, file] of files.entries()) {
    const bytes = await sibling(file);
    if (bytes === undefined) {
      throw new VolumeFormatError(
        `${name}: \`ElementDataFile\` names ${file}, which is not beside the header; put it there, or give its bytes through \`sibling\``,
        { field: 'ElementDataFile' },
      );
    }
    const part = await decode(plainSource(bytes, file), storage, share, `${name}, ${file}`);
    if (files.length === 1) return part;
    all ??= new Uint8Array(size);
    all.set(part, i * share);
  }
  return all!;
}

async function decode(
  source: ByteSource,
  { isBinary, isCompressed, headerSize, datatype, littleEndian }: MetaImageStorage,
  size: number,
  name: string,
): Promise<Uint8Array<ArrayBuffer>> {
  const tooShort = (got: number | string) =>
    new VolumeFormatError(
      `${name}: DimSize and ElementType declare ${size} bytes of voxels, got ${got}; the file is cut off or its header damaged`,
      { field: 'DimSize' },
    );
  if (!isBinary) {
    const text = await source.readRest(MAX_EXTRA_BYTES);
    return asciiBytes(text, datatype, littleEndian, size, name);
  }
  if (headerSize > 0) {
    if (headerSize > MAX_EXTRA_BYTES) throw tooShort(`a header of ${headerSize} bytes`);
    await source.read(headerSize);
  }
  const packed = await source.readRest(Number.MAX_SAFE_INTEGER);
  if (headerSize === -1 && !isCompressed) {
    if (packed.length < size) throw tooShort(packed.length);
    return packed.slice(packed.length - size);
  }
  const data = isCompressed ? inflatingSource(packed, 'deflate', name) : plainSource(packed, name);
  try {
    if (size > data.limit) throw tooShort(`at most ${data.limit}`);
    const stored = await data.read(size);
    if (stored.length < size) throw tooShort(stored.length);
    const padding = !isCompressed ? await data.read(MAX_PADDING_BYTES) : [];
    if (padding.length === MAX_PADDING_BYTES || !(await data.atEnd())) {
      throw new VolumeFormatError(
        `${name}: the data must end after the ${size} bytes of voxels that DimSize and ElementType declare, but more follow; the header is damaged or lacks HeaderSize`,
        { field: 'DimSize' },
      );
    }
    return stored;
  } finally {
    await data.close();
  }
}
