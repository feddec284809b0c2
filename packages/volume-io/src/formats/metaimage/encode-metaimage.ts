import { compressing } from '../../bytes/byte-arrays.ts';
import type { VolumeEncoder } from '../../encoding/encoded-file.ts';
import { relativeDeterminant } from '../../geometry/affine.ts';
import type { Volume } from '../../volume/volume.ts';
import type { NiftiDatatype } from '../../voxels/datatypes.ts';

const TYPES: Readonly<Record<NiftiDatatype, string>> = {
  int8: 'MET_CHAR',
  uint8: 'MET_UCHAR',
  int16: 'MET_SHORT',
  uint16: 'MET_USHORT',
  int32: 'MET_INT',
  uint32: 'MET_UINT',
  int64: 'MET_LONG_LONG',
  uint64: 'MET_ULONG_LONG',
  float32: 'MET_FLOAT',
  float64: 'MET_DOUBLE',
};

/**
 * A MetaImage file with local little-endian data.
 * @throws {RangeError} if the affine is sheared: MetaImage readers expect a rotation
 */
export const encodeMetaImage: VolumeEncoder = ({ like, datatype, gzip }, voxels) => {
  const startFor = (size: number | undefined) => metaImageStart(like, datatype, size);
  const start = startFor(gzip ? 0 : undefined);
  async function* file() {
    yield start;
    yield* gzip ? compressing(voxels, 'deflate') : voxels;
  }
  if (!gzip) return { pieces: file() };
  return { pieces: file(), start: (bytes) => startFor(bytes - start.length) };
};

/**
 * The header of a file with local data.
 * @param compressedSize bytes of the compressed voxels, `undefined` if they are not compressed; the header
 * is as long for any
 */
function metaImageStart(
  { voxels, affine }: Volume,
  datatype: NiftiDatatype,
  compressedSize: number | undefined,
): Uint8Array<ArrayBuffer> {
  if (Math.abs(Math.abs(relativeDeterminant(affine)) - 1) > 1e-4) {
    throw new RangeError(
      `\`encodeVolume\`: a MetaImage cannot hold a sheared grid, got affine [${affine.join(', ')}]; write NIfTI or NRRD, or resample the volume first`,
    );
  }
  const lps = affine.map((value, i) => (i < 8 ? 0 - value : value));
  const column = (c: number) => [0, 1, 2].map((r) => lps[4 * r + c]!);
  const lengths = [0, 1, 2].map((c) => Math.hypot(...column(c)));
  const matrix = [0, 1, 2].flatMap((c) => column(c).map((value) => value / lengths[c]!));
  const compression =
    compressedSize === undefined
      ? ['CompressedData = False']
      : ['CompressedData = True', `CompressedDataSize = ${String(compressedSize).padEnd(16)}`];
  const lines = [
    'ObjectType = Image',
    'NDims = 3',
    'BinaryData = True',
    'BinaryDataByteOrderMSB = False',
    ...compression,
    `TransformMatrix = ${matrix.join(' ')}`,
    `Offset = ${column(3).join(' ')}`,
    'CenterOfRotation = 0 0 0',
    `ElementSpacing = ${lengths.join(' ')}`,
    `DimSize = ${[...voxels.shape].reverse().join(' ')}`,
    `ElementType = ${TYPES[datatype]}`,
    'ElementDataFile = LOCAL',
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n`);
}
