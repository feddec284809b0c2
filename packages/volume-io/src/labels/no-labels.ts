import type { Volume } from '../volume/volume.ts';
import type { LabelReader } from './label-rule.ts';

/** What errors about a mask say. */
export interface LabelWords {
  /** What the mask is called. @default 'the mask' */
  readonly subject?: string;
  /**
   * What to do about voxels that hold no label, or what gives it by what `value` is.
   * @default the rules of `labelsOf` that would do
   */
  readonly remedy?: string | ((kind: WrongKind, value: number) => string);
}

/** Why a voxel holds no label: no number (NaN, infinity), a fraction, below 0, or none of the rule's. */
export type WrongKind = 'no number' | 'fraction' | 'negative' | 'unknown';

/** Voxels of a mask that hold no label. */
export interface WrongVoxels {
  count: number;
  /** What that of them holds which is farthest from a whole number. */
  value: number;
  /** Its index in C order. */
  at: number;
}

/** Counts voxels from `at` on that hold `value`, which is no label. */
export function addWrong(wrong: WrongVoxels, value: number, at: number, count = 1): void {
  if (wrong.count === 0 || fractionOf(value) > fractionOf(wrong.value)) {
    wrong.value = value;
    wrong.at = at;
  }
  wrong.count += count;
}

/** How far a number is from a whole one. */
function fractionOf(value: number): number {
  return Number.isFinite(value) ? Math.abs(value - Math.round(value)) : 1;
}

/** The error that a mask holds something that is no label; `whole` is what `value` stands for. */
export function noLabels(
  { voxels }: Volume,
  { count, value, at }: WrongVoxels,
  whole: number | undefined,
  { requirement, cure }: Pick<LabelReader, 'requirement' | 'cure'>,
  { subject = 'the mask', remedy = remedyFor(cure) }: LabelWords,
): RangeError {
  const kind = kindOf(value, whole);
  const todo = typeof remedy === 'string' ? remedy : remedy(kind, whole ?? value);
  const [, rows, columns] = voxels.shape as [number, number, number];
  const place = [Math.floor(at / columns / rows), Math.floor(at / columns) % rows, at % columns];
  return new RangeError(
    `${subject} must hold ${requirement}, got ${whole ?? value} at [slice, row, column] [${place.join(', ')}]; ${count} of ${voxels.size} voxels hold no such number; ${todo}`,
  );
}

function kindOf(value: number, whole: number | undefined): WrongKind {
  if (!Number.isFinite(value)) return 'no number';
  if (whole === undefined) return 'fraction';
  return whole < 0 ? 'negative' : 'unknown';
}

function remedyFor(cure = ''): (kind: WrongKind, value: number) => string {
  return (kind, value) =>
    ({
      'no number': 'give voxels without a number one first, such as 0',
      fraction:
        'if these are probabilities or a soft mask, give the rule `{ threshold }`; if they are labels that were interpolated, take the mask from before that',
      negative: `if ${value} marks voxels on which nothing counts, give the rule \`{ classes, ignore: ${value} }\``,
      unknown: cure,
    })[kind];
}
