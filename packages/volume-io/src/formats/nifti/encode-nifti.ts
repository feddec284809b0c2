import { compressing } from '../../bytes/byte-arrays.ts';
import type { VolumeEncoder } from '../../encoding/encoded-file.ts';
import { isNiftiHeader } from '../../headers/grid-header.ts';
import type { NiftiHeader } from '../../headers/nifti-header.ts';
import { headerFields, nifti1, nifti2 } from '../../headers/nifti-layout.ts';
import type { Volume } from '../../volume/volume.ts';
import { datatypes, type NiftiDatatype } from '../../voxels/datatypes.ts';
import { datatypeCodes } from './datatype-codes.ts';
import { freshHeader } from './fresh-header.ts';
import { geometryOf } from './geometry.ts';

/**
 * A NIfTI file.
 * @throws {RangeError} if the volume's header fits it no longer
 */
export const encodeNifti: VolumeEncoder = ({ like, datatype, scale, gzip }, voxels) => {
  const start = niftiStart(like, datatype, scale);
  async function* file() {
    yield start;
    yield* voxels;
  }
  return { pieces: gzip ? compressing(file(), 'gzip') : file() };
};

/** The file up to its voxels. */
function niftiStart(
  volume: Volume,
  datatype: NiftiDatatype,
  scale: number,
): Uint8Array<ArrayBuffer> {
  const { voxels, spacing, affine } = volume;
  const header = niftiHeader(volume);
  if (header !== undefined) checkUnchanged(volume, header);
  const layout = header?.format === 'nifti-2' ? nifti2 : nifti1;
  const kept = header?.extensions ?? new Uint8Array(0);
  // The header file of a pair may end before the extension flag.
  const extensions = kept.length < 4 ? new Uint8Array(4) : kept;
  const start = new Uint8Array(layout.bytes + extensions.length);
  start.set(header?.bytes ?? freshHeader(voxels.shape, spacing, affine));
  start.set(extensions, layout.bytes);

  const fields = headerFields(start, layout, header?.littleEndian ?? true);
  fields.setMagic(layout.magic.single);
  fields.setInt16(layout.datatype, datatypeCodes[datatype]);
  fields.setInt16(layout.bitpix, 8 * datatypes[datatype].bytes);
  fields.setVoxOffset(start.length);
  const scales = header !== undefined && (header.sclSlope !== 1 || header.sclInter !== 0);
  if (scales || scale !== 1) {
    fields.setReal(layout.sclSlope, scale);
    fields.setReal(layout.sclInter, 0);
  }
  return start;
}

/** The header to write back; another format's says nothing that spacing and affine do not. */
function niftiHeader({ header }: Volume): NiftiHeader | undefined {
  return isNiftiHeader(header) ? header : undefined;
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
