import { checkOneOf, checkOptions } from './check-options.ts';
import { addTo, type Confusion, type Counts } from './confusion.ts';
import {
  defaultEmpty,
  type EmptyPolicy,
  type Extremes,
  emptyRule,
  emptyValue,
  share,
} from './empty.ts';

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

/** How a score behaves where it is undefined. */
interface ScoreEnds {
  /** @default `defaultEmpty` */
  readonly empty?: EmptyPolicy;
  /** @default `share` */
  readonly ends?: Extremes;
}

/**
 * Makes an `OverlapScore` of `formula`, which gives a value that is not finite where the score is
 * undefined.
 */
export function overlapScore<Options extends ScoreOptions = ScoreOptions>(
  name: string,
  formula: (counts: Counts, options: Options) => number,
  { empty: ownEmpty = defaultEmpty, ends = share }: ScoreEnds = {},
): OverlapScore<Options> {
  const score = (counts: Counts | Confusion, options: Options = {} as Options): number => {
    checkCall(name, counts, options);
    const { empty = ownEmpty, average = 'macro', background = false } = options;
    const ofClass = (one: Counts): number => {
      const value = formula(one, options);
      return Number.isFinite(value) ? value : emptyValue(emptyRule(empty, agreeing(one)), ends);
    };
    if (!('classes' in counts)) return ofClass(counts);
    checkOneOf(average, 'average', ['macro', 'micro', 'weighted'], `\`${name}\``);
    const classes = background ? counts.classes : counts.classes.slice(1);
    if (average === 'micro') return ofClass(summed(classes));
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
 * so has no average to choose; of `Counts`, that class and the rest.
 */
export function wholeScore(
  name: string,
  formula: (classes: readonly Counts[]) => number,
  { empty: ownEmpty = defaultEmpty, ends = share }: ScoreEnds = {},
): OverlapScore<EmptyOptions> {
  const score = (counts: Counts | Confusion, options: EmptyOptions = {}): number => {
    checkCall(name, counts, options);
    const { empty = ownEmpty } = options;
    const classes = 'classes' in counts ? counts.classes : [counts, rest(counts)];
    const value = formula(classes);
    if (Number.isFinite(value)) return value;
    return emptyValue(emptyRule(empty, classes.every(agreeing)), ends);
  };
  return Object.assign(score, { empty: ownEmpty });
}

function checkCall(name: string, counts: Counts | Confusion, options: object): void {
  if ((counts as Confusion)?.classes === undefined && !((counts as Counts)?.tp >= 0)) {
    throw new TypeError(
      `\`${name}\`: the counts must be what \`confusion\` gives, got ${String(counts)}`,
    );
  }
  // All scores get one object of options together.
  checkOptions(name, options, 'empty average background beta');
}

/** The counts of everything but the class. */
export function rest({ tp, fp, fn, tn }: Counts): Counts {
  return { tp: tn, fp: fn, fn: fp, tn: tp };
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
