import { type Accumulator, accumulator, type CaseRecord } from './accumulator.ts';
import { checkOptions } from './check-options.ts';
import { type Confusion, type Counts, countLabels, isCounts, pool } from './confusion.ts';
import type { EmptyPolicy } from './empty.ts';
import { usualScores } from './overlap.ts';
import { agreeing, type OverlapScore } from './score.ts';
import { type ScoreSummary, summarise } from './summary.ts';

/** Scores of one class by name. */
export type OverlapScores = Readonly<Record<string, OverlapScore>>;

export interface OverlapAccumulatorOptions<Scores extends OverlapScores> {
  /** Number of classes with the background. @default 2 */
  readonly classes?: number;
  /** Truth label of elements to leave out. @default none */
  readonly ignoreIndex?: number;
  /** The scores to report. @default { dice, iou, precision, recall } */
  readonly scores?: Scores;
  /** What a score is where it is 0/0. @default each score's own, its property `empty` */
  readonly empty?: EmptyPolicy;
}

/** The counts of one case. */
export interface OverlapCase extends Confusion, CaseRecord {}

/** A score of one class over cases. */
export interface OverlapSummary extends ScoreSummary {
  /** The score of all cases' counts added up; `NaN` where there are no cases. */
  readonly pooled: number;
}

export interface OverlapResult<Name extends string = string> {
  /** For every class, background (0) first, its scores. */
  readonly classes: readonly Readonly<Record<Name, OverlapSummary>>[];
  /** Ordered by id. */
  readonly cases: readonly OverlapCase[];
}

/**
 * Overlap scores over cases, per case and pooled, class by class, with what the rule for empty masks
 * touched.
 *
 * @throws RangeError, in `add`, as `confusion`
 */
export function overlapAccumulator<Scores extends OverlapScores = typeof usualScores>(
  options: OverlapAccumulatorOptions<Scores> = {},
): Accumulator<OverlapCase, OverlapResult<keyof Scores & string>> {
  checkOptions('overlapAccumulator', options, 'classes ignoreIndex scores empty');
  const { classes = 2, ignoreIndex, scores = usualScores, empty } = options;
  return accumulator<OverlapCase, OverlapResult<keyof Scores & string>>({
    kind: 'overlapAccumulator',
    settings: { classes, ignoreIndex: ignoreIndex ?? null },
    measure: (prediction, truth, where) =>
      countLabels(prediction, truth, classes, ignoreIndex, where),
    isCase: (one) =>
      Array.isArray(one.classes) && one.classes.length === classes && one.classes.every(isCounts),
    summarise: (cases) => ({
      classes: Array.from({ length: classes }, (_, k) => {
        const counts = cases.map((one) => one.classes[k]!);
        const all = cases.length === 0 ? undefined : pool(cases).classes[k]!;
        const named = Object.entries(scores).map(([name, score]) => [
          name,
          scoreCases(score, counts, all, empty ?? score.empty),
        ]);
        return Object.fromEntries(named);
      }),
      cases,
    }),
  });
}

function scoreCases(
  score: OverlapScore,
  cases: readonly Counts[],
  all: Counts | undefined,
  empty: EmptyPolicy,
): OverlapSummary {
  const scored = cases.map((counts) => ({
    value: score(counts, { empty: 'nan' }),
    bothEmpty: agreeing(counts),
    best: score(counts, { empty: 'best' }),
    worst: score(counts, { empty: 'worst' }),
  }));
  const pooled = all === undefined ? Number.NaN : score(all, { empty });
  return { ...summarise(scored, empty), pooled };
}
