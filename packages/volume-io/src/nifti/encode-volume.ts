import type { NdArray } from 'ndarray';
import { checkVolume } from '../check-volume.ts';
import type { Volume, VoxelArray } from '../volume.ts';
import { datatypeOfArray, datatypes, type NiftiDatatype } from './datatypes.ts';
import { freshHeader } from './fresh-header.ts';
import { geometryOf } from './geometry.ts';
import type { NiftiHeader } from './header.ts';
import { headerFields, nifti1, nifti2 } from './layout.ts';
import { allocate, encodeVoxels } from './voxels.ts';

export interface EncodeVolumeOptions {
  /** How voxels are stored. @default the type of the volume's typed array */
  readonly datatype?: NiftiDatatype;
  /** Whether to compress, as in `.nii.gz`. @default false */
  readonly gzip?: boolean;
}

/**
 * Writes a volume as the bytes of a NIfTI-1 file, or NIfTI-2 if it was read from one; runs in
 * browsers.
 *
 * A volume that was read from NIfTI keeps its header byte for byte, in its byte order and with its
 * extensions, except for the sample type, the offset of the voxels, and slope and intercept where
 * they would scale (values are stored as they are). Without a header one is made from spacing and affine,
 * as sform and, where there is no shear, as qform.
 * @throws {RangeError} if a value does not fit `datatype`, or if shape, spacing or affine were
 * changed while the header was kept
 */
export async function encodeVolume(
  volume: Volume,
  options: EncodeVolumeOptions = {},
): Promise<Uint8Array<ArrayBuffer>> {
  const { gzip = false } = options;
  checkVolume('encodeVolume', volume);
  const { voxels, spacing, affine } = volume;
  const header = niftiHeader(volume);
  const values = inOrder(voxels);
  const { datatype = datatypeOfArray(values) } = options;
  const spec = Object.hasOwn(datatypes, datatype) ? datatypes[datatype] : undefined;
  if (spec === undefined) {
    throw new RangeError(
      `\`encodeVolume\`: \`datatype\` must be one of ${Object.keys(datatypes).join(', ')}, got ${datatype}`,
    );
  }
  if (header !== undefined) checkUnchanged(volume, header);

  const layout = header?.format === 'nifti-2' ? nifti2 : nifti1;
  const littleEndian = header?.littleEndian ?? true;
  const kept = header?.extensions ?? new Uint8Array(0);
  // The header file of a pair may end before the extension flag.
  const extensions = kept.length < 4 ? new Uint8Array(4) : kept;
  const voxOffset = layout.bytes + extensions.length;
  const data = encodeVoxels(values, datatype, littleEndian);

  const file = new Uint8Array(voxOffset + data.length);
  file.set(header?.bytes ?? freshHeader(voxels.shape, spacing, affine));
  file.set(extensions, layout.bytes);
  file.set(data, voxOffset);
  const fields = headerFields(file, layout, littleEndian);
  fields.setMagic(layout.magic.single);
  fields.setInt16(layout.datatype, spec.code);
  fields.setInt16(layout.bitpix, 8 * spec.bytes);
  fields.setVoxOffset(voxOffset);
  if (header !== undefined && (header.sclSlope !== 1 || header.sclInter !== 0)) {
    fields.setReal(layout.sclSlope, 1);
    fields.setReal(layout.sclInter, 0);
  }
  return gzip ? await compress(file) : file;
}

/** The header to write back; another format's says nothing that spacing and affine do not. */
function niftiHeader({ header }: Volume): NiftiHeader | undefined {
  return header?.format === 'nifti-1' || header?.format === 'nifti-2' ? header : undefined;
}

function checkUnchanged({ voxels, spacing, affine }: Volume, header: NiftiHeader): void {
  const kept = geometryOf(header, '`encodeVolume`: header');
  const differs = (a: readonly number[], b: readonly number[]) =>
    a.some((value, i) => value !== b[i]);
  for (const [subject, actual, expected] of [
    ['shape', voxels.shape, kept.shape],
    ['spacing', spacing, kept.spacing],
    ['affine', affine, kept.affine],
  ] as const) {
    if (differs(actual, expected)) {
      throw new RangeError(
        `\`encodeVolume\`: the volume's ${subject} must be the header's, [${expected.join(', ')}], got [${actual.join(', ')}]; for a new grid make the volume without \`header\``,
      );
    }
  }
}

/** The voxels in C order without gaps: the array itself if it is that already. */
function inOrder(voxels: NdArray<VoxelArray>): VoxelArray {
  const [depth, height, width] = voxels.shape as [number, number, number];
  const [s0, s1, s2] = voxels.stride as [number, number, number];
  const { data, offset } = voxels;
  const size = depth * height * width;
  if (s2 === 1 && s1 === width && s0 === width * height) {
    return data.subarray(offset, offset + size);
  }
  const values = allocate(datatypeOfArray(data), size);
  let to = 0;
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < height; y++) {
      let from = offset + z * s0 + y * s1;
      for (let x = 0; x < width; x++, from += s2) values[to++] = data[from]!;
    }
  }
  return values;
}

async function compress(bytes: Uint8Array<ArrayBuffer>): Promise<Uint8Array<ArrayBuffer>> {
  const stream = new Blob([bytes]).stream().pipeThrough(new CompressionStream('gzip'));
  return new Uint8Array(await new Response(stream).arrayBuffer());
}
