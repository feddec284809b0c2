import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross, dot, type Vector } from '../../../geometry/vectors.ts';
import type { Slice } from './slices.ts';

/** Slices in order, and the world vector from each to the next in mm (LPS). */
export interface SliceAxis {
  readonly ordered: readonly Slice[];
  readonly step: Vector;
}

/** How far slices may be off an even grid: a share of their distance, at least 0.01 mm. */
const UNEVENNESS = 0.02;
/** Degrees between the slices' normal and the line through them from which on a grid is sheared. */
const TILT = 0.5;

/**
 * Orders slices along their normal by position, never by name or number, and checks that they are
 * one even stack.
 * @throws {VolumeFormatError} if sizes, orientations or spacings differ, slices lie at the same
 * place, one is missing, or, without `tilt`, the stack is sheared
 */
export function sliceAxis(
  slices: readonly Slice[],
  name: string,
  { tilt = false }: { readonly tilt?: boolean } = {},
): SliceAxis {
  const first = slices[0]!;
  const fail = (text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}`);
  };
  for (const { pixels, name: other } of slices) {
    if (pixels.shape.some((length, i) => length !== first.pixels.shape[i])) {
      fail(
        `slices must be of one size, got ${first.pixels.shape.slice(0, 2).join('×')} (${first.name}) and ${pixels.shape.slice(0, 2).join('×')} (${other}); they are of different series`,
      );
    }
  }
  const { geometry } = first;
  if (geometry === undefined) {
    if (slices.length > 1) {
      fail(
        'slices without ImagePositionPatient and ImageOrientationPatient cannot be put in order',
      );
    }
    return { ordered: slices, step: [0, 0, 1] };
  }
  const normal = cross(geometry.alongRow, geometry.alongColumn);
  for (const { geometry: other, name: label } of slices) {
    const isParallel =
      other !== undefined &&
      dot(other.alongRow, geometry.alongRow) > 0.9999 &&
      dot(other.alongColumn, geometry.alongColumn) > 0.9999;
    if (!isParallel) {
      fail(
        `slices must be parallel, but ${label} is turned against ${first.name}; they are of different series, or one is a localizer`,
      );
    }
    if (
      other!.pixelSpacing.some((step, i) => Math.abs(step / geometry.pixelSpacing[i]! - 1) > 1e-4)
    ) {
      fail(
        `slices must have one PixelSpacing, got ${geometry.pixelSpacing.join('×')} (${first.name}) and ${other!.pixelSpacing.join('×')} (${label}); they are of different series`,
      );
    }
  }
  const along = (slice: Slice) => dot(slice.geometry!.position, normal);
  const ordered = [...slices].sort((a, b) => along(a) - along(b));
  if (ordered.length === 1) {
    const distance = geometry.sliceSpacing ?? 1;
    return { ordered, step: normal.map((part) => part * distance) as unknown as Vector };
  }
  const gaps = ordered.slice(1).map((slice, i) => along(slice) - along(ordered[i]!));
  const twin = gaps.findIndex((gap) => gap < 1e-3);
  if (twin >= 0) {
    fail(
      `slices must lie at different places, but ${ordered[twin]!.name} and ${ordered[twin + 1]!.name} are both at ${along(ordered[twin]!).toFixed(3)} mm along the normal; the series holds duplicates, time points or echoes`,
    );
  }
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)]!;
  const tolerance = Math.max(0.01, UNEVENNESS * usual);
  const uneven = gaps.findIndex((gap) => Math.abs(gap - usual) > tolerance);
  if (uneven >= 0) {
    const missing = Math.round(gaps[uneven]! / usual) - 1;
    fail(
      `slices must lie evenly, ${usual.toFixed(3)} mm apart, but between ${along(ordered[uneven]!).toFixed(3)} mm (${ordered[uneven]!.name}) and ${along(ordered[uneven + 1]!).toFixed(3)} mm (${ordered[uneven + 1]!.name}) there are ${gaps[uneven]!.toFixed(3)} mm; ${missing > 0 ? `${missing} slices seem to be missing` : 'the series is not a regular stack'}`,
    );
  }
  const start = ordered[0]!.geometry!.position;
  const end = ordered.at(-1)!.geometry!.position;
  const step = start.map((part, i) => (end[i]! - part) / gaps.length) as unknown as Vector;
  for (const [i, slice] of ordered.entries()) {
    const off = slice.geometry!.position.map((part, k) => part - start[k]! - i * step[k]!);
    if (Math.hypot(...off) > 2 * tolerance) {
      fail(
        `slices must lie on one line, but ${slice.name} is ${Math.hypot(...off).toFixed(3)} mm off it; the series is not a regular stack`,
      );
    }
  }
  const angle = (Math.acos(Math.min(1, dot(step, normal) / Math.hypot(...step))) * 180) / Math.PI;
  if (angle > TILT && !tilt) {
    fail(
      `slices must be stacked at right angles, but the stack leans by ${angle.toFixed(1)}° (gantry tilt); pass \`tilt: true\` to get a sheared grid, which keeps every voxel's place`,
    );
  }
  return { ordered, step };
}
