import { VolumeFormatError } from '../../bytes/volume-format-error.ts';
import { relativeDeterminant, type Spacing, spacingOf } from '../../geometry/affine.ts';
import type { NiftiHeader } from '../../headers/nifti-header.ts';
import { type NiftiLayout, nifti1, nifti2 } from '../../headers/nifti-layout.ts';

/** Shape, spacing and affine of a `Volume`. */
export interface Geometry {
  /** `[slice, row, column]`; missing axes have length 1. */
  readonly shape: readonly [number, number, number];
  readonly spacing: Spacing;
  readonly affine: readonly number[];
}

const MILLIMETRES: Readonly<Record<number, number>> = { 0: 1, 1: 1000, 2: 1, 3: 0.001 };

/** Says what was assumed of a header that leaves something open. */
type Warn = (message: string) => void;

/**
 * The geometry a header describes, in mm. The affine comes from the sform if `sform_code` > 0,
 * else from the qform if `qform_code` > 0, else from the grid spacing alone with x flipped and the
 * centre of the image at the origin (what nibabel does with files that have neither).
 *
 * What a header leaves open is taken as nibabel and ITK take it, with a word: a spatial unit that is
 * not defined as mm; where there is no sform, negative spacings as positive ones and those of 0 as 1;
 * and a sform that is no transform gives way to a qform.
 * @throws {VolumeFormatError} if the transform is not finite, not invertible or no rotation
 */
export function geometryOf(header: NiftiHeader, name: string, warn: Warn = () => {}): Geometry {
  // What is refused after all needs no word before.
  const words: string[] = [];
  const later: Warn = (message) => void words.push(message);
  const [axes, nx, ny, nz] = header.dim as [number, number, number, number];
  const shape = [axes > 2 ? nz : 1, axes > 1 ? ny : 1, nx] as const;
  const unit = MILLIMETRES[header.spaceUnit];
  if (unit === undefined) {
    later(
      `${name}: the spatial unit in xyzt_units is ${header.spaceUnit}, which is not defined; lengths were taken as mm`,
    );
  }
  const rows = transform(header, shape, name, later).map((value) => value * (unit ?? 1));
  for (const word of words) warn(word);
  const affine = [...rows, 0, 0, 0, 1];
  const [dz, dy, dx] = spacingOf(affine);
  // pixdim has no rounding from the rotation in it, so it is taken where both say the same.
  const stated = (length: number, axis: number) => {
    const step = header.pixdim[axis]! * (unit ?? 1);
    return Math.abs(step - length) <= 1e-4 * length ? step : length;
  };
  return { shape, spacing: [stated(dz, 3), stated(dy, 2), stated(dx, 1)], affine };
}

function transform(
  header: NiftiHeader,
  shape: readonly [number, number, number],
  name: string,
  warn: Warn,
): readonly number[] {
  const { srow, qformCode, sformCode } = header;
  const isSound = srow.every(Number.isFinite) && Math.abs(relativeDeterminant(srow)) >= 1e-6;
  if (sformCode > 0 && isSound) return srow;
  if (sformCode > 0) {
    const found = `${name}: srow_x, srow_y, srow_z (sform_code ${sformCode}) must be a finite, invertible transform, got [${srow.join(', ')}]`;
    if (!(qformCode > 0)) {
      throw new VolumeFormatError(
        `${found}; repair the sform, or set sform_code to 0 to fall back to the spacing alone`,
        { field: 'srow_x', offset: layoutOf(header).srow },
      );
    }
    warn(`${found}; the qform was taken`);
  }
  const grid = [1, 2, 3].map((axis) => gridSpacing(header, axis, name, warn));
  const [dx, dy, dz] = grid as [number, number, number];
  if (qformCode > 0) return quaternionTransform(header, [dx, dy, dz], name);
  const [nz, ny, nx] = shape;
  return [
    [-dx, 0, 0, ((nx - 1) / 2) * dx],
    [0, dy, 0, (-(ny - 1) / 2) * dy],
    [0, 0, dz, (-(nz - 1) / 2) * dz],
  ].flat();
}

function layoutOf({ format }: NiftiHeader): NiftiLayout {
  return format === 'nifti-1' ? nifti1 : nifti2;
}

/** `pixdim[axis]`, positive. */
function gridSpacing(header: NiftiHeader, axis: number, name: string, warn: Warn): number {
  const step = header.pixdim[axis]!;
  const field = `pixdim[${axis}]`;
  const found = `${name}: ${field} (grid spacing) must be positive and finite, got ${step}`;
  if (step > 0 && Number.isFinite(step)) return step;
  if (!Number.isFinite(step)) {
    const { pixdim: start, realBytes } = layoutOf(header);
    throw new VolumeFormatError(`${found}; repair the header`, {
      field,
      offset: start + realBytes * axis,
    });
  }
  // Axes that the file does not have are of length 1 and often carry no spacing.
  if (step === 0 && axis > header.dim[0]!) return 1;
  warn(`${found}; ${-step || 1} was taken`);
  return -step || 1;
}

function quaternionTransform(
  header: NiftiHeader,
  [dx, dy, dz]: readonly [number, number, number],
  name: string,
): number[] {
  const layout = layoutOf(header);
  const { qoffset } = header;
  const [b, c, d] = header.quaternion;
  const square = b * b + c * c + d * d;
  // 1e-5 leaves room for float32 rounding of a unit quaternion and for nothing else.
  if (!(square <= 1 + 1e-5)) {
    throw new VolumeFormatError(
      `${name}: quatern_b, quatern_c, quatern_d (qform_code ${header.qformCode}) must be part of a unit quaternion, got [${b}, ${c}, ${d}]; repair the qform or set qform_code to 0`,
      { field: 'quatern_b', offset: layout.quaternion },
    );
  }
  if (!qoffset.every(Number.isFinite)) {
    throw new VolumeFormatError(
      `${name}: qoffset_x, qoffset_y, qoffset_z must be finite, got [${qoffset.join(', ')}]; repair the qform or set qform_code to 0`,
      { field: 'qoffset_x', offset: layout.qoffset },
    );
  }
  const a = Math.sqrt(Math.max(0, 1 - square));
  const z = header.pixdim[0]! < 0 ? -dz : dz;
  return [
    (a * a + b * b - c * c - d * d) * dx,
    2 * (b * c - a * d) * dy,
    2 * (b * d + a * c) * z,
    qoffset[0],
    2 * (b * c + a * d) * dx,
    (a * a + c * c - b * b - d * d) * dy,
    2 * (c * d - a * b) * z,
    qoffset[1],
    2 * (b * d - a * c) * dx,
    2 * (c * d + a * b) * dy,
    (a * a + d * d - b * b - c * c) * z,
    qoffset[2],
  ];
}
