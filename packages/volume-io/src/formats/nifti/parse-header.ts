import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import type { NiftiHeader } from '../../headers/nifti-header.ts';
import { headerFields, layoutOf, type NiftiLayout } from '../../headers/nifti-layout.ts';
import { datatypeCodes, nameOfUnsupported, storedType } from './datatype-codes.ts';

const MAX_EXTENSION_BYTES = 2 ** 26;

/** A header, and whether voxels lie in a file of their own. */
export interface ParsedHeader {
  readonly header: NiftiHeader;
  readonly layout: NiftiLayout;
  readonly isPair: boolean;
}

/**
 * Parses and checks the fixed header of a NIfTI image.
 * @param bytes the file's first 544 bytes, as far as it has them
 * @param name the file's name for error messages
 * @throws {VolumeFormatError} if a field is damaged or asks for something unsupported
 */
export function parseHeader(bytes: Uint8Array, name: string): ParsedHeader {
  const fail = (field: string, offset: number, text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}`, { field, offset });
  };
  const { layout, littleEndian } =
    layoutOf(bytes) ??
    fail(
      'sizeof_hdr',
      0,
      'sizeof_hdr must be 348 or 540 in either byte order; the file is no NIfTI',
    );
  const format = `NIfTI-${layout.version}`;
  if (bytes.length < layout.bytes) {
    fail(
      'sizeof_hdr',
      0,
      `a ${format} file starts with a header of ${layout.bytes} bytes, got ${bytes.length} bytes in all; the file is cut off`,
    );
  }
  const fields = headerFields(bytes, layout, littleEndian);
  const reals = (offset: number, count: number) =>
    Array.from({ length: count }, (_, i) => fields.real(offset, i));

  const magic = fields.magic();
  const isPair = magic === layout.magic.pair;
  if (!isPair && magic !== layout.magic.single) {
    fail(
      'magic',
      layout.magic.offset,
      `magic must be ${JSON.stringify(layout.magic.single)} or ${JSON.stringify(layout.magic.pair)}, got ${JSON.stringify(magic)}; the file is damaged, or Analyze 7.5, which says nothing about orientation and is not supported: convert it to NIfTI`,
    );
  }
  const intent = layout.version === 2 ? fields.code(layout.intentCode) : 0;
  if (intent >= 3000 && intent < 3100) {
    fail(
      'intent_code',
      layout.intentCode,
      `holds CIFTI-2 connectivity (intent_code ${intent}), which is a matrix and no image in space`,
    );
  }

  const dim = Array.from({ length: 8 }, (_, i) => fields.length(i));
  const axes = dim[0]!;
  if (axes < 1 || axes > 7) {
    fail(
      'dim[0]',
      layout.dim,
      `dim[0] (number of axes) must be 1 to 7, got ${axes}; the header is damaged`,
    );
  }
  for (let i = 1; i <= axes; i++) {
    if (dim[i]! >= 1) continue;
    fail(
      `dim[${i}]`,
      layout.dim + layout.lengthBytes * i,
      `dim[${i}] (length of axis ${i}) must be at least 1, got ${dim[i]}; the header is damaged`,
    );
  }

  const code = fields.int16(layout.datatype);
  const { datatype, components } =
    storedType(code) ??
    fail(
      'datatype',
      layout.datatype,
      `datatype ${code} (${nameOfUnsupported(code)}) is not supported; convert the voxels to one of ${Object.keys(datatypeCodes).join(', ')}`,
    );

  const voxOffset = fields.voxOffset();
  const least = isPair ? 0 : layout.minVoxOffset;
  if (!Number.isInteger(voxOffset) || voxOffset < least) {
    fail(
      'vox_offset',
      layout.voxOffset,
      `vox_offset must be a whole number of at least ${least}, got ${voxOffset}; the header is damaged`,
    );
  }
  if (voxOffset - layout.bytes > MAX_EXTENSION_BYTES) {
    fail(
      'vox_offset',
      layout.voxOffset,
      `vox_offset must be below ${MAX_EXTENSION_BYTES}, got ${voxOffset}; the header is damaged, or remove its extensions`,
    );
  }

  let sclSlope = fields.real(layout.sclSlope);
  let sclInter = fields.real(layout.sclInter);
  const isColour = components > 2;
  if (isColour || sclSlope === 0 || !Number.isFinite(sclSlope)) {
    // Zero means unscaled by the standard; NaN and infinity are what some writers use for it.
    sclSlope = 1;
    sclInter = 0;
  } else if (!Number.isFinite(sclInter)) {
    fail(
      'scl_inter',
      layout.sclInter,
      `scl_inter must be finite because scl_slope is ${sclSlope}, got ${sclInter}; the header is damaged`,
    );
  }

  const header: NiftiHeader = {
    format: layout.version === 1 ? 'nifti-1' : 'nifti-2',
    bytes: bytes.slice(0, layout.bytes),
    extensions: new Uint8Array(0),
    littleEndian,
    dim,
    pixdim: reals(layout.pixdim, 8),
    datatype,
    components,
    voxOffset,
    sclSlope,
    sclInter,
    qformCode: fields.code(layout.qformCode),
    sformCode: fields.code(layout.sformCode),
    quaternion: reals(layout.quaternion, 3) as [number, number, number],
    qoffset: reals(layout.qoffset, 3) as [number, number, number],
    srow: reals(layout.srow, 12),
    spaceUnit:
      (layout.version === 1 ? bytes[layout.xyztUnits]! : fields.code(layout.xyztUnits)) & 7,
  };
  return { header, layout, isPair };
}
