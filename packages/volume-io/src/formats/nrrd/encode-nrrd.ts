import { compressed, joinBytes } from '../../bytes/byte-arrays.ts';
import type { Volume } from '../../volume/volume.ts';
import type { NiftiDatatype } from '../../voxels/datatypes.ts';
import type { VoxelArray } from '../../voxels/voxel-arrays.ts';
import { encodeVoxels } from '../../voxels/voxel-bytes.ts';

const TYPES: Readonly<Record<NiftiDatatype, string>> = {
  int8: 'int8',
  uint8: 'uint8',
  int16: 'int16',
  uint16: 'uint16',
  int32: 'int32',
  uint32: 'uint32',
  int64: 'int64',
  uint64: 'uint64',
  float32: 'float',
  float64: 'double',
};

/**
 * The bytes of an NRRD file with attached little-endian data.
 * @param values the voxels in C order
 */
export async function encodeNrrd(
  volume: Volume,
  values: VoxelArray,
  datatype: NiftiDatatype,
  gzip: boolean,
): Promise<Uint8Array<ArrayBuffer>> {
  const data = encodeVoxels(values, datatype, true);
  return joinBytes([
    nrrdStart(volume, datatype, gzip),
    gzip ? await compressed(data, 'gzip') : data,
  ]);
}

/** The header up to the empty line that ends it. */
function nrrdStart({ voxels, affine }: Volume, datatype: NiftiDatatype, gzip: boolean): Uint8Array {
  const lps = affine.map((value, i) => (i < 8 ? 0 - value : value));
  const vector = (column: number) => `(${[0, 1, 2].map((r) => lps[4 * r + column]).join(',')})`;
  const lines = [
    'NRRD0004',
    `type: ${TYPES[datatype]}`,
    'dimension: 3',
    'space: left-posterior-superior',
    `sizes: ${[...voxels.shape].reverse().join(' ')}`,
    `space directions: ${vector(0)} ${vector(1)} ${vector(2)}`,
    'kinds: domain domain domain',
    'endian: little',
    `encoding: ${gzip ? 'gzip' : 'raw'}`,
    `space origin: ${vector(3)}`,
  ];
  return new TextEncoder().encode(`${lines.join('\n')}\n\n`);
}
