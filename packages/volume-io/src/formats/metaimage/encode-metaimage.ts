import { compressed, joinBytes } from '../../bytes/byte-arrays.ts';
import { relativeDeterminant } from '../../geometry/affine.ts';
import type { Volume } from '../../volume/volume.ts';
import type { NiftiDatatype } from '../../voxels/datatypes.ts';
import type { VoxelArray } from '../../voxels/voxel-arrays.ts';
import { encodeVoxels } from '../../voxels/voxel-bytes.ts';

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
 * The bytes of a MetaImage file with local little-endian data.
 * @param values the voxels in C order
 * @throws {RangeError} if the affine is sheared: MetaImage readers expect a rotation
 */
export async function encodeMetaImage(
  volume: Volume,
  values: VoxelArray,
  datatype: NiftiDatatype,
  gzip: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const stored = encodeVoxels(values, datatype, true);
  const data = gzip ? await compressed(stored, 'deflate') : stored;
  return joinBytes([metaImageStart(volume, datatype, gzip ? data.length : undefined), data]);
}

/**
 * The header of a file with local data.
 * @param compressedSize bytes of the compressed voxels, `undefined` if they are not compressed
 */
function metaImageStart(
  { voxels, affine }: Volume,
  datatype: NiftiDatatype,
  compressedSize: number | undefined,
): Uint8Array {
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
      : ['CompressedData = True', `CompressedDataSize = ${compressedSize}`];
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
