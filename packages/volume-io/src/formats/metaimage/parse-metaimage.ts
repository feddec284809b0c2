import { ndarray } from '@sts-net/views';
import {
  type ByteSource,
  type FileContext,
  inflatingSource,
  MAX_EXTRA_BYTES,
  plainSource,
} from '../../bytes/byte-source.ts';
import { dataFileNames } from '../../text-header/data-file-names.ts';
import {
  declaredBytes,
  type HeaderTerms,
  storedVoxels,
  tooShort,
} from '../../text-header/declared-voxels.ts';
import { asciiBytes, mostText } from '../../text-header/number-text.ts';
import { readLines } from '../../text-header/read-lines.ts';
import type { Volume } from '../../volume/volume.ts';
import { type MetaImageStorage, parseMetaImageHeader } from './parse-header.ts';

const TERMS: HeaderTerms = {
  sizes: 'DimSize',
  type: 'ElementType',
  dataFile: 'ElementDataFile',
  skip: 'HeaderSize',
};

/** Reads a MetaImage: one volume for each channel and index along axes beyond the third. */
export async function parseMetaImage(
  source: ByteSource,
  context: FileContext,
): Promise<readonly Volume[]> {
  const { name, onWarning } = context;
  const storage = await parseMetaImageHeader(source, name);
  const { datatype, littleEndian, sizes, channels, spacing, affine, header } = storage;
  const volumes = sizes.slice(3).reduce((product, length) => product * length, channels);
  const files = await dataFiles(source, storage, name);
  const lengths = channels === 1 ? sizes : [...sizes, channels];
  const declared = { datatype, littleEndian, lengths, volumes, files };
  const decode = (from: ByteSource, size: number, label: string) =>
    decodeData(from, storage, size, { name: label, onWarning });
  const data = await storedVoxels(source, declared, decode, TERMS, context);
  const [nx = 1, ny = 1, nz = 1] = sizes;
  const strides = [ny * nx * channels, nx * channels, channels];
  return Array.from({ length: volumes }, (_, index) => {
    const offset = Math.floor(index / channels) * nz * ny * nx * channels + (index % channels);
    return { voxels: ndarray(data, [nz, ny, nx], strides, offset), spacing, affine, header };
  });
}

async function dataFiles(
  source: ByteSource,
  { dataFile, sizes }: MetaImageStorage,
  name: string,
): Promise<readonly string[] | undefined> {
  if (dataFile.toUpperCase() === 'LOCAL') return undefined;
  const isList = /^LIST\b/i.test(dataFile);
  const list = isList
    ? (await readLines(source, name, () => false)).map((line) => line.trim())
    : [];
  const lines = [dataFile, ...list.filter((line) => line !== '')];
  return dataFileNames(lines, sizes.length, TERMS.dataFile, name);
}

async function decodeData(
  source: ByteSource,
  { isBinary, isCompressed, headerSize, datatype, littleEndian }: MetaImageStorage,
  size: number,
  { name, onWarning }: Pick<FileContext, 'name' | 'onWarning'>,
): Promise<Uint8Array<ArrayBuffer>> {
  if (!isBinary) {
    const text = await source.readRest(mostText(datatype, size));
    return asciiBytes(text, datatype, littleEndian, size, name);
  }
  if (headerSize > 0) {
    if (headerSize > MAX_EXTRA_BYTES) {
      throw tooShort(size, `a header of ${headerSize} bytes`, TERMS, name);
    }
    await source.read(headerSize);
  }
  const packed = await source.readRest(size + MAX_EXTRA_BYTES);
  const data = isCompressed
    ? inflatingSource(packed, 'deflate', name, onWarning)
    : plainSource(packed, name);
  const skip = headerSize === -1 && !isCompressed ? -1 : 0;
  return declaredBytes(data, size, { skip, isPadded: !isCompressed }, TERMS, name);
}
