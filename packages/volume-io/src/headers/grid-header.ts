import type { NiftiHeader } from './nifti-header.ts';
import { headerFields, nifti1, nifti2 } from './nifti-layout.ts';
import type { VolumeHeader } from './volume-header.ts';

/**
 * What a header says about the grid of one 3-D image, bit by bit; what it says about voxels
 * (description, display range, intent, scaling, further axes, extensions) is dropped.
 */
export function gridHeader(header: NiftiHeader): NiftiHeader {
  const layout = header.format === 'nifti-1' ? nifti1 : nifti2;
  const { bytes: size, minVoxOffset, realBytes, lengthBytes } = layout;
  const bytes = new Uint8Array(size);
  for (const [start, length] of [
    [0, 4],
    [layout.dimInfo, 1],
    [layout.dim, 8 * lengthBytes],
    [layout.pixdim, 8 * realBytes],
    [layout.xyztUnits, layout.version === 1 ? 1 : 4],
    [layout.qformCode, layout.codeBytes],
    [layout.sformCode, layout.codeBytes],
    [layout.quaternion, 3 * realBytes],
    [layout.qoffset, 3 * realBytes],
    [layout.srow, 12 * realBytes],
    [layout.magic.offset, layout.magic.single.length],
  ] as const) {
    bytes.set(header.bytes.subarray(start, start + length), start);
  }
  const fields = headerFields(bytes, layout, header.littleEndian);
  const dim = [...header.dim];
  // Axes of length 1 may stay as they are.
  if (dim.slice(4, dim[0]! + 1).some((length) => length > 1)) {
    dim[0] = 3;
    fields.setLength(0, 3);
    for (let i = 4; i < 8; i++) {
      dim[i] = 1;
      fields.setLength(i, 1);
    }
  }
  fields.setReal(layout.sclSlope, 1);
  const extensions = new Uint8Array(minVoxOffset - size);
  return {
    ...header,
    bytes,
    dim,
    extensions,
    components: 1,
    voxOffset: minVoxOffset,
    sclSlope: 1,
    sclInter: 0,
  };
}

/** Whether a header, if there is one, is NIfTI's, of either version. */
export function isNiftiHeader(header: VolumeHeader | undefined): header is NiftiHeader {
  return header?.format === 'nifti-1' || header?.format === 'nifti-2';
}
