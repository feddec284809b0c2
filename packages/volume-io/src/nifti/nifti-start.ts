import type { Volume } from '../volume.ts';
import { datatypes, type NiftiDatatype } from './datatypes.ts';
import { freshHeader } from './fresh-header.ts';
import { geometryOf } from './geometry.ts';
import type { NiftiHeader } from './header.ts';
import { headerFields, nifti1, nifti2 } from './layout.ts';

/** The bytes of a NIfTI file up to its voxels. @throws {RangeError} if the header fits no longer */
export function niftiStart(volume: Volume, datatype: NiftiDatatype): Uint8Array<ArrayBuffer> {
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
  const spec = datatypes[datatype];
  const fields = headerFields(start, layout, header?.littleEndian ?? true);
  fields.setMagic(layout.magic.single);
  fields.setInt16(layout.datatype, spec.code);
  fields.setInt16(layout.bitpix, 8 * spec.bytes);
  fields.setVoxOffset(start.length);
  if (header !== undefined && (header.sclSlope !== 1 || header.sclInter !== 0)) {
    fields.setReal(layout.sclSlope, 1);
    fields.setReal(layout.sclInter, 0);
  }
  return start;
}

/** The header to write back; another format's says nothing that spacing and affine do not. */
export function niftiHeader({ header }: Volume): NiftiHeader | undefined {
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
