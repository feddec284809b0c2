import { compressing } from '../../bytes/byte-arrays.ts';
import type { VolumeEncoder } from '../../encoding/encoded-file.ts';
import type { Volume } from '../../volume/volume.ts';
import type { NiftiDatatype } from '../../voxels/datatypes.ts';

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

/** An NRRD file with attached little-endian data. */
export const encodeNrrd: VolumeEncoder = ({ like, datatype, gzip }, voxels) => {
  const start = nrrdStart(like, datatype, gzip);
  async function* file() {
    yield start;
    yield* gzip ? compressing(voxels, 'gzip') : voxels;
  }
  return { pieces: file() };
};

/** The header up to the empty line that ends it. */
function nrrdStart(
  { voxels, affine }: Volume,
  datatype: NiftiDatatype,
  gzip: boolean,
): Uint8Array<ArrayBuffer> {
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
