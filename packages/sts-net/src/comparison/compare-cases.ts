import {
  bootstrapInterval,
  holm,
  type Interval,
  permutationTest,
  seededRandom,
  wilcoxonSignedRank,
} from '@sts-net/metrics/statistics';
import { type CaseScore, type ScoreName, scores } from './scores.ts';

/** The scores of two methods for one case. */
export interface ComparedCase {
  readonly id: string;
  readonly patient: string;
  readonly a: Readonly<Partial<Record<ScoreName, CaseScore>>>;
  readonly b: Readonly<Partial<Record<ScoreName, CaseScore>>>;
}

/** A p-value, and what is left of it among those of all scores by Holm's correction. */
interface CorrectedP {
  readonly pValue: number;
  readonly holm: number;
}

/** Two methods by one score, over the cases for which both have it. */
export interface ComparisonRow {
  readonly score: ScoreName;
  readonly title: string;
  readonly unit: '' | 'mm';
  readonly better: 'higher' | 'lower';
  /** Cases compared. */
  readonly cases: number;
  readonly patients: number;
  /** Cases that are not, since the rule for empty masks leaves out the score of both methods … */
  readonly leftOut: number;
  /** … or of one of the two only. */
  readonly oneSided: number;
  /** Cases compared of which the rule decided at least one score. */
  readonly byRule: number;
  /** Means over cases; `NaN` where there are none. */
  readonly meanA: number;
  readonly meanB: number;
  /** Mean of b − a with its bootstrap interval; patients are drawn whole. */
  readonly difference: Interval;
  /** Patients exchanged whole between the methods. */
  readonly permutation: CorrectedP;
  /** On the means of patients. */
  readonly wilcoxon: CorrectedP;
}

export interface CompareCasesOptions {
  readonly seed: number;
  /** Bootstrap resamples, and random permutations where they cannot all be tried. */
  readonly resamples: number;
}

/** Compares two methods score by score, with p-values corrected for the number of scores. */
export function compareCases(
  cases: readonly ComparedCase[],
  names: readonly ScoreName[],
  options: CompareCasesOptions,
): readonly ComparisonRow[] {
  const rows = names.map((name) => compareByScore(cases, name, options));
  const correct = (test: 'permutation' | 'wilcoxon'): readonly number[] => {
    const values = rows.map((row) => row[test].pValue);
    const corrected = holm(values.filter((p) => !Number.isNaN(p)));
    return values.map((p) => (Number.isNaN(p) ? Number.NaN : corrected.shift()!));
  };
  const [permutation, wilcoxon] = [correct('permutation'), correct('wilcoxon')];
  return rows.map((row, i) => ({
    ...row,
    permutation: { ...row.permutation, holm: permutation[i]! },
    wilcoxon: { ...row.wilcoxon, holm: wilcoxon[i]! },
  }));
}

function compareByScore(
  cases: readonly ComparedCase[],
  score: ScoreName,
  { seed, resamples }: CompareCasesOptions,
): ComparisonRow {
  const all = cases.map(({ patient, a, b }) => ({ patient, a: a[score]!, b: b[score]! }));
  const missing = ({ a, b }: (typeof all)[number]): number =>
    [a, b].filter(({ value }) => Number.isNaN(value)).length;
  const used = all.filter((one) => missing(one) === 0);
  const a = used.map((one) => one.a.value);
  const b = used.map((one) => one.b.value);
  const groups = used.map(({ patient }) => patient);
  const patients = [...new Set(groups)];
  const { title, unit, better } = scores[score];
  const described = {
    score,
    title,
    unit,
    better,
    cases: used.length,
    patients: patients.length,
    leftOut: all.filter((one) => missing(one) === 2).length,
    oneSided: all.filter((one) => missing(one) === 1).length,
    byRule: used.filter((one) => one.a.byRule || one.b.byRule).length,
    meanA: mean(a),
    meanB: mean(b),
  };
  if (used.length === 0) {
    const none = { pValue: Number.NaN, holm: Number.NaN };
    const nothing = Number.NaN;
    const difference = {
      estimate: nothing,
      low: nothing,
      high: nothing,
      confidence: 0.95,
      undefinedResamples: 0,
    };
    return { ...described, difference, permutation: none, wilcoxon: none };
  }
  const ofPatients = (values: readonly number[]): number[] =>
    patients.map((patient) => mean(values.filter((_, i) => groups[i] === patient)));
  const tested = ({ pValue }: { readonly pValue: number }): CorrectedP => ({
    pValue,
    holm: pValue,
  });
  return {
    ...described,
    difference: bootstrapInterval(
      b.map((value, i) => value - a[i]!),
      { groups, resamples, random: seededRandom(seed) },
    ),
    permutation: tested(
      permutationTest(b, a, { groups, permutations: resamples, random: seededRandom(seed) }),
    ),
    wilcoxon: tested(wilcoxonSignedRank(ofPatients(b), ofPatients(a))),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
