import { addTo, type Confusion, type Counts } from './confusion.ts';
import { type EmptyPolicy, emptyRule, emptyValue } from './empty.ts';

export interface EmptyOptions {
  /** What the score is where it is 0/0. @default the score's own, its property `empty` */
  readonly empty?: EmptyPolicy;
}

export interface ScoreOptions extends EmptyOptions {
  /**
   * How the classes of a `Confusion` become one number: `macro` is their mean, `weighted` their mean
   * weighted by the truth's pixels, `micro` the score of their added counts. @default 'macro'
   */
  readonly average?: 'macro' | 'micro' | 'weighted';
  /** Whether the average takes the background, class 0, in. @default false */
  readonly background?: boolean;
}

/**
 * A score as a formula over counts. Of `Counts` it is that class's score; of a `Confusion` the
 * average over its foreground classes, which for two classes is the score of the foreground.
 */
export interface OverlapScore<Options extends EmptyOptions = ScoreOptions> {
  (counts: Counts | Confusion, options?: Options): number;
  /** The rule for empty masks where the call gives none. */
  readonly empty: EmptyPolicy;
}

/** Nothing to find and nothing found is left out; a miss or a false alarm scores worst. */
export const defaultEmpty: EmptyPolicy = { both: 'skip', one: 'worst' };

/**
 * Makes an `OverlapScore` of `formula`, which gives a value that is not finite where the score is
 * undefined.
 */
export function overlapScore<Options extends ScoreOptions = ScoreOptions>(
  formula: (counts: Counts, options: Options) => number,
  { empty: ownEmpty = defaultEmpty, worst = 0 }: { empty?: EmptyPolicy; worst?: number } = {},
): OverlapScore<Options> {
  const score = (counts: Counts | Confusion, options: Options = {} as Options): number => {
    const { empty = ownEmpty, average = 'macro', background = false } = options;
    const ofClass = (one: Counts): number => {
      const value = formula(one, options);
      return Number.isFinite(value) ? value : emptyValue(emptyRule(empty, agreeing(one)), worst);
    };
    if (!('classes' in counts)) return ofClass(counts);
    const classes = background ? counts.classes : counts.classes.slice(1);
    if (average === 'micro') return ofClass(summed(classes));
    if (average !== 'macro' && average !== 'weighted') {
      throw new RangeError(
        `\`average\` must be 'macro', 'micro' or 'weighted', got ${JSON.stringify(average)}`,
      );
    }
    let sum = 0;
    let weights = 0;
    for (const one of classes) {
      const weight = average === 'macro' ? 1 : one.tp + one.fn;
      const value = ofClass(one);
      if (weight === 0 || (Number.isNaN(value) && emptyRule(empty, agreeing(one)) === 'skip')) {
        continue;
      }
      sum += weight * value;
      weights += weight;
    }
    if (weights > 0) return sum / weights;
    return average === 'weighted' ? ofClass(summed(classes)) : Number.NaN;
  };
  return Object.assign(score, { empty: ownEmpty });
}

/**
 * Makes an `OverlapScore` that sees all classes of a `Confusion` at once, background included, and
 * so has no average to choose.
 */
export function wholeScore(
  ofClass: (counts: Counts) => number,
  ofClasses: (confusion: Confusion) => number,
  { empty: ownEmpty = defaultEmpty, worst = 0 }: { empty?: EmptyPolicy; worst?: number } = {},
): OverlapScore<EmptyOptions> {
  const score = (counts: Counts | Confusion, { empty = ownEmpty }: EmptyOptions = {}): number => {
    const several = 'classes' in counts;
    const value = several ? ofClasses(counts) : ofClass(counts);
    if (Number.isFinite(value)) return value;
    const agree = several ? counts.classes.every(agreeing) : agreeing(counts);
    return emptyValue(emptyRule(empty, agree), worst);
  };
  return Object.assign(score, { empty: ownEmpty });
}

/** Whether an undefined score comes from masks that agree: both empty, or both everything. */
export function agreeing({ fp, fn }: Counts): boolean {
  return fp === 0 && fn === 0;
}

function summed(classes: readonly Counts[]): Counts {
  const sum = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const one of classes) addTo(sum, one);
  return sum;
}
