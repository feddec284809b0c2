import { VolumeFormatError } from '../../../bytes/volume-format-error.ts';
import { cross, dot, scaled, unit, type Vector } from '../../../geometry/vectors.ts';
import type { Slice } from './slices.ts';

/** Slices in order, the directions they share, and the vector from each to the next in mm (LPS). */
export interface SliceAxis {
  readonly ordered: readonly Slice[];
  readonly alongRow: Vector;
  readonly alongColumn: Vector;
  readonly step: Vector;
}

/** How far slices may be off an even grid: a share of their distance, at least 0.01 mm. */
const UNEVENNESS = 0.02;
/** Radians between the slices' normal and the line through them from which on a grid is sheared. */
const TILT = (0.5 * Math.PI) / 180;
/** Radians that two directions may differ by, as the same one may with two decimals. */
const TURN = 0.02;

/**
 * Orders slices along their normal by position, never by name or number, and checks that they are
 * one even stack. One that leans by no more than what the digits of its directions and positions
 * explain is straight, and its directions are brought to right angles with it.
 * @throws {VolumeFormatError} if sizes, orientations or spacings differ, slices lie at the same
 * place, one is missing, or, without `tilt`, the stack is sheared
 */
export function sliceAxis(
  slices: readonly Slice[],
  name: string,
  { tilt }: { readonly tilt: boolean },
): SliceAxis {
  const fail = (text: string): never => {
    throw new VolumeFormatError(`${name}: ${text}`);
  };
  checkAlike(slices, fail);
  const first = slices[0]!;
  const { alongRow, alongColumn, sliceSpacing = 1 } = first.geometry;
  const normal = cross(alongRow, alongColumn);
  if (slices.length === 1) {
    return { ordered: slices, alongRow, alongColumn, step: scaled(normal, sliceSpacing) };
  }
  if (slices.some(({ geometry }) => geometry.position === undefined)) {
    fail('slices without ImagePositionPatient and ImageOrientationPatient cannot be put in order');
  }
  const along = (slice: Slice) => dot(slice.geometry.position!, normal);
  const ordered = [...slices].sort((a, b) => along(a) - along(b));
  const gaps = ordered.slice(1).map((slice, i) => along(slice) - along(ordered[i]!));
  const twin = gaps.findIndex((gap) => gap < 1e-3);
  if (twin >= 0) {
    fail(
      `slices must lie at different places, but ${ordered[twin]!.name} and ${ordered[twin + 1]!.name} are both at ${along(ordered[twin]!).toFixed(3)} mm along the normal; the series holds duplicates, time points or echoes`,
    );
  }
  const usual = [...gaps].sort((a, b) => a - b)[Math.floor((gaps.length - 1) / 2)]!;
  const most = Math.max(...slices.map(({ geometry }) => geometry.millimetresOff));
  const tolerance = Math.max(0.01, UNEVENNESS * usual, 2 * most);
  const uneven = gaps.findIndex((gap) => Math.abs(gap - usual) > tolerance);
  if (uneven >= 0) {
    const missing = Math.round(gaps[uneven]! / usual) - 1;
    fail(
      `slices must lie evenly, ${usual.toFixed(3)} mm apart, but between ${along(ordered[uneven]!).toFixed(3)} mm (${ordered[uneven]!.name}) and ${along(ordered[uneven + 1]!).toFixed(3)} mm (${ordered[uneven + 1]!.name}) there are ${gaps[uneven]!.toFixed(3)} mm; ${missing > 0 ? `${missing} slices seem to be missing` : 'the series is not a regular stack'}`,
    );
  }
  const step = stepOf(ordered, tolerance, fail);
  const lean = Math.acos(Math.min(1, dot(unit(step), normal)));
  const length = gaps.length * Math.hypot(...step);
  const explained = first.geometry.radiansOff + (2 * most) / length;
  if (lean > TILT + explained && !tilt) {
    fail(
      `slices must be stacked at right angles, but the stack leans by ${((lean * 180) / Math.PI).toFixed(1)}° (gantry tilt); pass \`tilt: true\` to get a sheared grid, which keeps every voxel's place`,
    );
  }
  if (lean > explained) return { ordered, alongRow, alongColumn, step };
  const straight = unit(step);
  const row = unit(cross(cross(straight, alongRow), straight));
  return { ordered, alongRow: row, alongColumn: cross(straight, row), step };
}

/** Checks that slices can be of one stack, wherever they lie. */
function checkAlike(slices: readonly Slice[], fail: (text: string) => never): void {
  const first = slices[0]!;
  const { alongRow, alongColumn, pixelSpacing } = first.geometry;
  for (const { geometry: other, pixels, image, name } of slices) {
    if (pixels.shape.some((length, i) => length !== first.pixels.shape[i])) {
      fail(
        `slices must be of one size, got ${first.pixels.shape.slice(0, 2).join('×')} (${first.name}) and ${pixels.shape.slice(0, 2).join('×')} (${name}); they are of different series`,
      );
    }
    const isTurned =
      dot(other.alongRow, alongRow) < Math.cos(TURN) ||
      dot(other.alongColumn, alongColumn) < Math.cos(TURN);
    if (isTurned) {
      fail(
        `slices must be parallel, but ${name} is turned against ${first.name}; they are of different series, or one is a localizer`,
      );
    }
    if (other.pixelSpacing.some((step, i) => Math.abs(step / pixelSpacing[i]! - 1) > 1e-4)) {
      fail(
        `slices must have one PixelSpacing, got ${pixelSpacing.join('×')} (${first.name}) and ${other.pixelSpacing.join('×')} (${name}); they are of different series`,
      );
    }
    if (image.photometricInterpretation !== first.image.photometricInterpretation) {
      fail(
        `slices must have one PhotometricInterpretation, got ${first.image.photometricInterpretation} (${first.name}) and ${image.photometricInterpretation} (${name}); they are of different series`,
      );
    }
  }
}

/** The vector from each slice to the next, on the line through the first and the last. */
function stepOf(
  ordered: readonly Slice[],
  tolerance: number,
  fail: (text: string) => never,
): Vector {
  const start = ordered[0]!.geometry.position!;
  const end = ordered.at(-1)!.geometry.position!;
  const count = ordered.length - 1;
  const step = start.map((part, i) => (end[i]! - part) / count) as unknown as Vector;
  for (const [i, { geometry, name }] of ordered.entries()) {
    const off = geometry.position!.map((part, k) => part - start[k]! - i * step[k]!);
    if (Math.hypot(...off) > 2 * tolerance) {
      fail(
        `slices must lie on one line, but ${name} is ${Math.hypot(...off).toFixed(3)} mm off it; the series is not a regular stack`,
      );
    }
  }
  return step;
}
