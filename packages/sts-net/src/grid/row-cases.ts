import { recallOverCases, type SizeRecall } from '../evaluation/mean-scores.ts';
import { type CaseScores, meanScores } from '../scoring/case-score.ts';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import { mergedScores } from './merged-scores.ts';
import type { ResultCase, StoredResult } from './run-result.ts';

/** Each case with the means of all runs that scored it, in the order of their names. */
export function meanCases(results: readonly StoredResult[]): readonly ResultCase[] {
  const byId = new Map<string, ResultCase[]>();
  for (const { cases } of results) {
    for (const one of cases) {
      const others = byId.get(one.id);
      if (others === undefined) byId.set(one.id, [one]);
      else others.push(one);
    }
  }
  return [...byId]
    .sort(([a], [b]) => (a < b ? -1 : 1))
    .map(([id, all]) => ({
      id,
      patient: all[0]!.patient,
      scores: {
        ...all[0]!.scores,
        ...meanScores(
          mergedScores,
          all.map(({ scores }) => scores),
        ),
      } as CaseScores,
      recallBySize: binsOf(all),
    }));
}

type Bins = ResultCase['recallBySize'];

/** The lesions of one case in all runs together; none where these do not share their bins. */
function binsOf(all: readonly ResultCase[]): Bins {
  const first = all[0]!.recallBySize;
  if (!all.every(({ recallBySize }) => isAlike(recallBySize, first))) return [];
  return first.map((bin, i) => ({
    ...bin,
    lesions: sum(all.map(({ recallBySize }) => recallBySize[i]!.lesions)),
    found: sum(all.map(({ recallBySize }) => recallBySize[i]!.found)),
  }));
}

const isAlike = (a: Bins, b: Bins): boolean =>
  a.length === b.length && a.every(({ from, to }, i) => from === b[i]!.from && to === b[i]!.to);

/** The lesions of all cases by size; none where the cases do not share their bins. */
export function sizesOf(
  cases: readonly ResultCase[],
  patients: readonly string[],
  options: IntervalOptions,
): readonly SizeRecall[] {
  const first = cases[0]?.recallBySize ?? [];
  if (!cases.every(({ recallBySize }) => isAlike(recallBySize, first))) return [];
  const whole = cases.map(({ recallBySize }) =>
    recallBySize.map((bin) => ({ ...bin, recall: bin.found / bin.lesions })),
  );
  const all = first.map((bin, i) => {
    const lesions = sum(whole.map((bins) => bins[i]!.lesions));
    const found = sum(whole.map((bins) => bins[i]!.found));
    return { ...bin, lesions, found, recall: found / lesions };
  });
  return recallOverCases(all, whole, patients, options);
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
