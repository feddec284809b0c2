import { checkOptions } from '../check-options.ts';
import { checkCount, checkValues, meanOf, membersOf } from './groups.ts';
import { tieTolerance } from './paired.ts';
import { type Random, seededRandom } from './random.ts';

export interface BootstrapOptions {
  /**
   * The group of each value, e.g. its patient: groups are drawn whole, since values of one patient
   * are not independent. @default each value its own
   */
  readonly groups?: readonly string[];
  /** What is estimated. @default the mean */
  readonly statistic?: (values: readonly number[]) => number;
  /** Share of the resamples inside the interval, between 0 and 1. @default 0.95 */
  readonly confidence?: number;
  /** @default 10000 */
  readonly resamples?: number;
  /** @default seededRandom(0), so that the same values give the same interval */
  readonly random?: Random;
}

/** An estimate with its confidence interval. */
export interface Interval {
  readonly estimate: number;
  readonly low: number;
  readonly high: number;
  readonly confidence: number;
  /** Resamples of which the statistic is `NaN`; the interval is that of the others. */
  readonly undefinedResamples: number;
}

const optionNames = 'groups statistic confidence resamples random';

/**
 * Confidence interval of a statistic by bootstrap percentiles (Efron 1979): groups of values are
 * drawn with replacement, as many as there are, and the statistic taken of each resample. Where a
 * resample has none (`NaN`, such as a recall without any lesion) it is left out and counted. A mean that
 * is 0 but for rounding, within 1e-12 of the largest value, is 0.
 *
 * @param values one a case; leave out cases without a score
 * @returns `NaN`s where no resample has the statistic
 * @throws RangeError where a value is not finite or an option does not fit
 */
export function bootstrapInterval(
  values: readonly number[],
  options: BootstrapOptions = {},
): Interval {
  const { groups, statistic = meanOf, confidence = 0.95, resamples = 10_000 } = options;
  const { random = seededRandom(0) } = options;
  checkOptions('bootstrapInterval', options, optionNames);
  checkValues(values, 'values', 'bootstrapInterval');
  checkCount(resamples, 'resamples', 'bootstrapInterval');
  if (!(confidence > 0 && confidence < 1)) {
    throw new RangeError(
      `\`bootstrapInterval\`: \`confidence\` must be between 0 and 1, got ${confidence}`,
    );
  }
  const members = membersOf(values.length, groups, 'bootstrapInterval');
  const estimates = new Float64Array(resamples);
  const grouped = members.map((own) => own.map((i) => values[i]!));
  const isMean = statistic === meanOf;
  const estimate = isMean ? meanDrawn : statisticDrawn;
  for (let k = 0; k < resamples; k++) estimates[k] = estimate(grouped, random, statistic);
  const defined = estimates.filter((estimate) => !Number.isNaN(estimate)).sort();
  const tolerance = isMean ? tieTolerance(values) : 0;
  const rounded = (value: number): number => (Math.abs(value) <= tolerance ? 0 : value);
  return {
    estimate: rounded(statistic(values)),
    low: rounded(quantile(defined, (1 - confidence) / 2)),
    high: rounded(quantile(defined, (1 + confidence) / 2)),
    confidence,
    undefinedResamples: resamples - defined.length,
  };
}

type Groups = readonly (readonly number[])[];

/** The statistic of as many groups as there are, drawn with replacement. */
function statisticDrawn(
  groups: Groups,
  random: Random,
  statistic: (values: readonly number[]) => number,
): number {
  const drawn: number[] = [];
  for (let k = 0; k < groups.length; k++) {
    for (const value of groups[Math.floor(random() * groups.length)]!) drawn.push(value);
  }
  return statistic(drawn);
}

/** As `statisticDrawn` of the mean, in a fraction of the time, since nothing is listed. */
function meanDrawn(groups: Groups, random: Random): number {
  let [sum, count] = [0, 0];
  for (let k = 0; k < groups.length; k++) {
    const group = groups[Math.floor(random() * groups.length)]!;
    for (let i = 0; i < group.length; i++) sum += group[i]!;
    count += group.length;
  }
  return sum / count;
}

/**
 * Confidence interval of a statistic of whole cases, such as the average precision of their detections, a
 * calibration error of their counts or a Dice of pooled ones: as `bootstrapInterval`, whose values are numbers.
 *
 * @param statistic is computed anew for each resample; fewer `resamples` make it faster
 * @throws RangeError where there is no case or an option does not fit
 */
export function bootstrapCases<Case>(
  cases: readonly Case[],
  statistic: (cases: readonly Case[]) => number,
  options: Omit<BootstrapOptions, 'statistic'> = {},
): Interval {
  checkOptions('bootstrapCases', options, 'groups confidence resamples random');
  if (cases.length === 0)
    throw new RangeError('`bootstrapCases` needs at least one case, got none');
  return bootstrapInterval([...cases.keys()], {
    ...options,
    statistic: (drawn) => statistic(drawn.map((i) => cases[i]!)),
  });
}

function quantile(ascending: Float64Array, share: number): number {
  if (ascending.length === 0) return Number.NaN;
  const at = (ascending.length - 1) * share;
  const below = ascending[Math.floor(at)]!;
  const above = ascending[Math.ceil(at)]!;
  // Both may be infinite.
  return below === above ? below : below + (above - below) * (at - Math.floor(at));
}
