import { centerCrop, checkHalfSize } from './center-crop.ts';
import { sampleSize } from './check-sample.ts';
import type { Box } from './crop.ts';
import { flipHorizontal, flipVertical } from './flip.ts';
import { lesionArea } from './lesion-area.ts';
import type { LesionStatistics } from './lesion-statistics.ts';
import { checkMargin, marginCrop } from './margin-crop.ts';
import { randomOf } from './random.ts';
import type { Sample } from './sample.ts';

/** The paper's four ways to amplify (its Table 7). */
export type AmplificationMethod = 1 | 2 | 3 | 4;

/** A sample and, for a copy, how it was made. */
export interface AmplifiedSample extends Sample {
  /** What the end of the copy's id says, for example `A3`. */
  readonly operation?: string;
  /** What was cut out, of the flipped image where the operation flips. */
  readonly box?: Box;
}

export interface AmplifyOptions {
  /**
   * 1: four standard copies, limit N1. 2: the same, limit N2. 3: eight standard copies, limit N2.
   * 4: four standard copies and a centre crop, limit N2 (six images with the original).
   */
  readonly method: AmplificationMethod;
  /** The fifteen copies of the authors' code in place of the method's standard ones. @default false */
  readonly extended?: boolean;
  /**
   * Samples with 5 < lesion area < threshold (in pixels) are amplified. Given statistics, N1 or N2
   * is taken as the method asks.
   * @default 2025 for method 1, 1024 otherwise (the paper's data at 480×480)
   */
  readonly threshold?: number | Pick<LesionStatistics, 'n1' | 'n2'>;
  /** What is drawn depends on this and the sample's id alone. @default 0 */
  readonly seed?: number;
  /** See `MarginCropOptions`. @default 50 / 480 */
  readonly margin?: number;
  /** See `CenterCropOptions`. @default [150 / 480, 160 / 480] */
  readonly halfSize?: readonly [smallest: number, largest: number];
  /** Told of a copy that cannot be made. */
  readonly onSkip?: (skipped: { readonly id: string; readonly reason: string }) => void;
}

/** Margins 75, 100, 125 and 25 in the authors' code, where the standard one is 50. */
const EXTENDED_MARGINS = [1.5, 2, 2.5, 0.5];

/** A sample is amplified only if its lesion has more pixels than this. */
const SMALLEST_AREA = 5;

type Operation = (sample: Sample) => AmplifiedSample;

/**
 * The sample itself, followed by its enlarged or flipped copies if its lesion is small (Zhao et
 * al., Sci Rep 2025, Eq. 1–2 and Table 7). Copies are made as they are asked for and keep the
 * sample's group; their ids say what was done:
 *
 * | id | copy |
 * |---|---|
 * | `<id>_A1` | flipped vertically |
 * | `<id>_A2` | flipped horizontally |
 * | `<id>_A3` | margins cut off |
 * | `<id>_A4` | flipped horizontally, margins cut off |
 * | `<id>_A5` | flipped vertically, margins cut off (method 3, extended) |
 * | `<id>_A6` | flipped vertically, top and bottom margins cut off (method 3, extended) |
 * | `<id>_A7` | flipped vertically, left and right margins cut off (method 3, extended) |
 * | `<id>_A8` | flipped both ways, margins cut off (method 3) |
 * | `<id>_A8` … `<id>_A15` | as A3 and A4 in turn, with margins 1.5, 2, 2.5 and 0.5 times as wide (extended) |
 * | `<id>_C` | centre crop (method 4) |
 *
 * @throws {RangeError} if an option is out of range or image and mask differ in size
 */
export function amplify(sample: Sample, options: AmplifyOptions): Iterable<AmplifiedSample> {
  const { method, extended = false, seed = 0, margin = 50 / 480, halfSize, onSkip } = options;
  if (method !== 1 && method !== 2 && method !== 3 && method !== 4) {
    throw new RangeError(`\`amplify\`: \`method\` must be 1, 2, 3 or 4, got ${String(method)}`);
  }
  const threshold = limitOf(method, options.threshold);
  checkMargin('amplify', margin, extended ? 0.5 / Math.max(...EXTENDED_MARGINS) : 0.5);
  if (halfSize !== undefined) checkHalfSize('amplify', halfSize);
  sampleSize('amplify', sample);

  function* copies(): Generator<AmplifiedSample> {
    yield sample;
    const area = lesionArea(sample.mask);
    if (area <= SMALLEST_AREA || area >= threshold) return;
    for (const [index, operation] of standardOperations(method, margin, extended).entries()) {
      yield named(operation(sample), `A${index + 1}`);
    }
    if (method !== 4) return;
    const random = randomOf(`${seed}:${sample.id}`);
    const crop = centerCrop(sample, { random, ...(halfSize && { halfSize }) });
    if (crop === undefined) {
      const reason = 'the centre of the lesion is on the border of the image';
      onSkip?.({ id: `${sample.id}_C`, reason });
    } else {
      yield named(crop, 'C');
    }
  }
  return { [Symbol.iterator]: copies };
}

function named(copy: AmplifiedSample, operation: string): AmplifiedSample {
  return { ...copy, id: `${copy.id}_${operation}`, operation };
}

function limitOf(method: AmplificationMethod, threshold: AmplifyOptions['threshold']): number {
  const { n1, n2 } = typeof threshold === 'object' ? threshold : { n1: 2025, n2: 1024 };
  const limit = typeof threshold === 'number' ? threshold : method === 1 ? n1 : n2;
  if (!(limit >= 0)) {
    throw new RangeError(
      `\`amplify\`: \`threshold\` must be an area of 0 or more pixels, or what \`lesionStatistics\` returns, got ${String(threshold)}`,
    );
  }
  return limit;
}

function standardOperations(
  method: AmplificationMethod,
  margin: number,
  extended: boolean,
): Operation[] {
  const crop: Operation = (sample) => marginCrop(sample, { margin });
  const four: Operation[] = [
    flipVertical,
    flipHorizontal,
    crop,
    (sample) => crop(flipHorizontal(sample)),
  ];
  if (method !== 3 && !extended) return four;
  const seven: Operation[] = [
    ...four,
    (sample) => crop(flipVertical(sample)),
    (sample) => marginCrop(flipVertical(sample), { margin, sides: 'rows' }),
    (sample) => marginCrop(flipVertical(sample), { margin, sides: 'columns' }),
  ];
  if (!extended) return [...seven, (sample) => crop(flipHorizontal(flipVertical(sample)))];
  const further = EXTENDED_MARGINS.flatMap((times): Operation[] => [
    (sample) => marginCrop(sample, { margin: times * margin }),
    (sample) => marginCrop(flipHorizontal(sample), { margin: times * margin }),
  ]);
  return [...seven, ...further];
}
