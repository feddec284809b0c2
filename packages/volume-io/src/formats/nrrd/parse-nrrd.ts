import { ndarray } from '@sts-net/views';
import {
  type ByteSource,
  type FileContext,
  inflatingSource,
  MAX_EXTRA_BYTES,
  plainSource,
} from '../../bytes/byte-source.ts';
import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { dataFileNames } from '../../text-header/data-file-names.ts';
import {
  declaredBytes,
  type HeaderTerms,
  storedVoxels,
  tooShort,
} from '../../text-header/declared-voxels.ts';
import { asciiBytes, mostText } from '../../text-header/number-text.ts';
import type { Volume } from '../../volume/volume.ts';
import { nrrdGeometry } from './geometry.ts';
import { type NrrdStorage, parseNrrdHeader } from './parse-header.ts';

const TERMS: HeaderTerms = {
  sizes: 'sizes',
  type: 'type',
  dataFile: 'data file',
  skip: 'byte skip',
};

/** Reads an NRRD image: one volume for each index along the axes that are not in space. */
export async function parseNrrd(
  source: ByteSource,
  context: FileContext,
): Promise<readonly Volume[]> {
  const { name, onWarning } = context;
  const storage = await parseNrrdHeader(source, name);
  const { sizes, header, datatype, littleEndian, dataFile } = storage;
  const { spatial, spacing, affine } = nrrdGeometry(header, sizes.length, name);
  const volumes = sizes.reduce(
    (product, size, axis) => product * (spatial.includes(axis) ? 1 : size),
    1,
  );
  const files = dataFile && dataFileNames(dataFile, sizes.length, TERMS.dataFile, name);
  const declared = { datatype, littleEndian, lengths: sizes, volumes, files };
  const decode = (from: ByteSource, size: number, label: string) =>
    decodeData(from, storage, size, { name: label, onWarning });
  const data = await storedVoxels(source, declared, decode, TERMS, context);

  const strides = sizes.map((_, axis) => sizes.slice(0, axis).reduce((a, b) => a * b, 1));
  const shape = [2, 1, 0].map((i) => (spatial[i] === undefined ? 1 : sizes[spatial[i]]!));
  const stride = [2, 1, 0].map((i) =>
    spatial[i] === undefined ? data.length : strides[spatial[i]]!,
  );
  const others = sizes.flatMap((length, axis) =>
    spatial.includes(axis) ? [] : [{ length, stride: strides[axis]! }],
  );
  return Array.from({ length: volumes }, (_, index) => {
    let offset = 0;
    for (const { length, stride: step } of others) {
      offset += (index % length) * step;
      index = Math.floor(index / length);
    }
    return { voxels: ndarray(data, shape, stride, offset), spacing, affine, header };
  });
}

/** Takes the voxels' bytes from `source` by line skip, encoding and byte skip. */
async function decodeData(
  source: ByteSource,
  { encoding, lineSkip, byteSkip, datatype, littleEndian }: NrrdStorage,
  size: number,
  { name, onWarning }: Pick<FileContext, 'name' | 'onWarning'>,
): Promise<Uint8Array<ArrayBuffer>> {
  const skip = Math.max(0, byteSkip);
  const most = size + Math.min(skip, MAX_EXTRA_BYTES) + MAX_EXTRA_BYTES;
  for (let line = 0, left = MAX_EXTRA_BYTES; line < lineSkip; line++) {
    const skipped = await source.readLine(left);
    left -= (skipped?.length ?? left) + 1;
    if (left < 0) throw tooShort(size, `only ${line} of ${lineSkip} lines to skip`, TERMS, name);
  }
  if (encoding === 'ascii') {
    const text = await source.readRest(skip + mostText(datatype, size));
    return asciiBytes(text.subarray(skip), datatype, littleEndian, size, name);
  }
  if (encoding === 'bzip2') {
    const packed = await source.readRest(most);
    // One byte of bzip2 stands for at most about 10⁶ bytes.
    if (size > packed.length * 2 ** 21) {
      throw tooShort(size, `${packed.length} bytes of bzip2`, TERMS, name);
    }
    const { bunzip2 } = await import('../../bytes/bunzip2.ts');
    const unpacked = guarded(
      () => bunzip2(packed, size + (byteSkip === -1 ? MAX_EXTRA_BYTES : skip)),
      name,
    );
    const start = byteSkip === -1 ? unpacked.length - size : skip;
    if (start < 0 || unpacked.length < start + size) {
      throw tooShort(size, Math.max(0, unpacked.length - skip), TERMS, name);
    }
    return unpacked.slice(start, start + size);
  }
  const packed = await source.readRest(most);
  const data =
    encoding === 'gzip'
      ? inflatingSource(packed, 'gzip', name, onWarning)
      : plainSource(packed, name);
  const isPadded = encoding === 'raw';
  return declaredBytes(data, size, { skip: byteSkip, isPadded }, TERMS, name);
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
