import type { ScoreSummary } from '@sts-net/metrics';
import type { SizeBin } from '@sts-net/metrics/lesions';
import { bootstrapCases, type Interval, seededRandom } from '@sts-net/metrics/statistics';
import { type CaseScores, summariseScores } from '../scoring/case-score.ts';
import { heed } from '../scoring/heed.ts';
import { type IntervalOptions, meanInterval } from '../scoring/mean-interval.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';

/** A score over cases. */
export interface MeanScore extends ScoreSummary {
  /** The mean with its bootstrap interval; patients are drawn whole. */
  readonly interval: Interval;
}

/** The lesions of one size over cases. */
export interface SizeRecall extends SizeBin {
  /** The recall with its bootstrap interval; patients are drawn whole. */
  readonly interval: Interval;
}

/**
 * The mean of each score over the cases that have one, with its interval.
 *
 * @param patients whose each case is
 * @throws the reason of a signal that stopped it between scores
 */
export async function meansOverCases(
  cases: readonly CaseScores[],
  patients: readonly string[],
  { signal, ...options }: IntervalOptions & { readonly signal?: AbortSignal | undefined },
): Promise<Readonly<Record<ScoreName, MeanScore>>> {
  const summaries = summariseScores(scoreNames, cases);
  const means: Partial<Record<ScoreName, MeanScore>> = {};
  for (const name of scoreNames) {
    await heed(signal);
    const used = [...cases.keys()].filter((i) => !Number.isNaN(cases[i]![name].value));
    const values = used.map((i) => cases[i]![name].value);
    const groups = used.map((i) => patients[i]!);
    means[name] = { ...summaries[name], interval: meanInterval(values, groups, options) };
  }
  return means as Record<ScoreName, MeanScore>;
}

/**
 * The lesions of each size of all cases together, with the interval of their recall.
 *
 * @param cases the bins of each case
 * @param patients whose each case is
 */
export function recallOverCases(
  all: readonly SizeBin[],
  cases: readonly (readonly SizeBin[])[],
  patients: readonly string[],
  { seed = 0, resamples = 10_000 }: IntervalOptions,
): readonly SizeRecall[] {
  return all.map((bin, i) => {
    if (bin.lesions === 0) return { ...bin, interval: meanInterval([], [], { resamples }) };
    const recall = (drawn: readonly SizeBin[]): number => {
      let [lesions, found] = [0, 0];
      for (const one of drawn) {
        lesions += one.lesions;
        found += one.found;
      }
      return found / lesions;
    };
    const random = seededRandom(seed);
    const bins = cases.map((one) => one[i]!);
    const interval = bootstrapCases(bins, recall, { groups: patients, resamples, random });
    return { ...bin, interval };
  });
}
