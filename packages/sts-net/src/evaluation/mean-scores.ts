import type { ScoreSummary } from '@sts-net/metrics';
import type { Interval } from '@sts-net/metrics/statistics';
import { type CaseScores, summariseScores } from '../scoring/case-score.ts';
import { type IntervalOptions, meanInterval } from '../scoring/mean-interval.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';

/** A score over cases. */
export interface MeanScore extends ScoreSummary {
  /** The mean with its bootstrap interval; patients are drawn whole. */
  readonly interval: Interval;
}

/**
 * The mean of each score over the cases that have one, with its interval.
 *
 * @param patients whose each case is
 */
export function meansOverCases(
  cases: readonly CaseScores[],
  patients: readonly string[],
  options: IntervalOptions,
): Readonly<Record<ScoreName, MeanScore>> {
  const summaries = summariseScores(scoreNames, cases);
  const means = scoreNames.map((name): [ScoreName, MeanScore] => {
    const used = [...cases.keys()].filter((i) => !Number.isNaN(cases[i]![name].value));
    const values = used.map((i) => cases[i]![name].value);
    const groups = used.map((i) => patients[i]!);
    return [name, { ...summaries[name], interval: meanInterval(values, groups, options) }];
  });
  return Object.fromEntries(means) as Record<ScoreName, MeanScore>;
}
