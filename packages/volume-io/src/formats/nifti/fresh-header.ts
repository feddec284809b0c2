import { relativeDeterminant, type Spacing, stepOf } from '../../geometry/affine.ts';
import { dot, unit, type Vector } from '../../geometry/vectors.ts';
import { nifti1 } from '../../headers/nifti-layout.ts';

const ALIGNED = 2;
const MILLIMETRE = 2;
const MAX_DIM = 32767;

/**
 * A little-endian header for a geometry: sform always; qform too where the affine is a rotation
 * times the spacing, which is all that a quaternion can say.
 * @throws {RangeError} if an axis is longer than 32767
 */
export function freshHeader(
  shape: readonly number[],
  spacing: Spacing,
  affine: readonly number[],
): Uint8Array {
  const view = new DataView(new ArrayBuffer(nifti1.bytes));
  const int16 = (offset: number, value: number) => view.setInt16(offset, value, true);
  const float32 = (offset: number, value: number) => view.setFloat32(offset, value, true);

  view.setInt32(0, nifti1.bytes, true);
  [3, shape[2]!, shape[1]!, shape[0]!, 1, 1, 1, 1].forEach((length, i) => {
    if (length > MAX_DIM) {
      throw new RangeError(
        `\`encodeVolume\`: a NIfTI-1 axis must have at most ${MAX_DIM} voxels, got shape [${shape.join(', ')}]; crop the volume`,
      );
    }
    int16(40 + 2 * i, length);
  });
  float32(108, nifti1.minVoxOffset);
  float32(112, 1);
  view.setUint8(123, MILLIMETRE);

  const quaternion = quaternionOf(affine);
  int16(252, quaternion === undefined ? 0 : ALIGNED);
  int16(254, ALIGNED);
  float32(76, quaternion?.handedness ?? 1);
  [spacing[2], spacing[1], spacing[0]].forEach((step, i) => {
    float32(80 + 4 * i, step);
  });
  quaternion?.bcd.forEach((value, i) => {
    float32(256 + 4 * i, value);
  });
  for (let i = 0; i < 3; i++) float32(268 + 4 * i, affine[4 * i + 3]!);
  for (let i = 0; i < 12; i++) float32(280 + 4 * i, affine[i]!);
  new Uint8Array(view.buffer).set(new TextEncoder().encode('n+1\0'), 344);
  return new Uint8Array(view.buffer);
}

interface Orientation {
  readonly bcd: readonly [number, number, number];
  /** −1 if the third axis is mirrored. */
  readonly handedness: 1 | -1;
}

/** The affine's rotation as a unit quaternion with a ≥ 0, or `undefined` if it is sheared. */
function quaternionOf(affine: readonly number[]): Orientation | undefined {
  const [x, y, z] = [0, 1, 2].map((axis) => unit(stepOf(affine, axis))) as [Vector, Vector, Vector];
  if ([dot(x, y), dot(y, z), dot(x, z)].some((product) => Math.abs(product) > 1e-5)) {
    return undefined;
  }
  const handedness = relativeDeterminant(affine) < 0 ? -1 : 1;
  const [r00, r10, r20] = x;
  const [r01, r11, r21] = y;
  const [r02, r12, r22] = z.map((value) => value * handedness) as [number, number, number];
  // Four times the square of each component; dividing by the largest loses no precision.
  const squares = [
    1 + r00 + r11 + r22,
    1 + r00 - r11 - r22,
    1 - r00 + r11 - r22,
    1 - r00 - r11 + r22,
  ];
  const largest = squares.indexOf(Math.max(...squares));
  const scaled = [
    [squares[0]!, r21 - r12, r02 - r20, r10 - r01],
    [r21 - r12, squares[1]!, r10 + r01, r02 + r20],
    [r02 - r20, r10 + r01, squares[2]!, r21 + r12],
    [r10 - r01, r02 + r20, r21 + r12, squares[3]!],
  ][largest]!;
  const norm = Math.hypot(...scaled) * (scaled[0]! < 0 ? -1 : 1);
  const [, b, c, d] = scaled.map((value) => value / norm) as [number, number, number, number];
  return { bcd: [b, c, d], handedness };
}
