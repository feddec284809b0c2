import type { RuleCounts } from '@sts-net/metrics';
import { type Interval, wilcoxonSignedRank } from '@sts-net/metrics/statistics';
import { type CaseScore, type CaseScores, summariseScores } from '../scoring/case-score.ts';
import { heed } from '../scoring/heed.ts';
import { type Score, type ScoreName, scores } from '../scoring/scores.ts';
import { scoreTitle } from '../scoring/scoring-text.ts';
import { correctedByHolm, pairedTest } from './paired-test.ts';

/** The scores of two methods. */
export interface ComparedScores {
  readonly a: Partial<CaseScores>;
  readonly b: Partial<CaseScores>;
}

/** The scores of two methods for one case: of its only label, or the means of several. */
export interface ComparedCase extends ComparedScores {
  readonly id: string;
  readonly patient: string;
  /** Of each label, where several are scored. */
  readonly labels: readonly (ComparedScores & { readonly label: number })[];
}

/** A p-value, and what is left of it among those of all rows by Holm's correction. */
interface CorrectedP {
  readonly pValue: number;
  readonly holm: number;
}

/** Two methods by one score. */
export interface ComparisonRow {
  readonly score: ScoreName;
  /** `null` where it is that of the only label, or the mean of several. */
  readonly label: number | null;
  readonly title: string;
  /** That of `scores`; `px` and a thousand of them, `kpx`, where pixels have no size. */
  readonly unit: Score['unit'] | 'px' | 'kpx';
  readonly better: Score['better'];
  /** Cases compared. */
  readonly cases: number;
  readonly patients: number;
  /** Cases that are not, since the rule for empty masks leaves out where truth and both predictions are. */
  readonly leftOut: number;
  /** Cases compared of which that rule decided the score of the one or the other method. */
  readonly byRule: { readonly a: RuleCounts; readonly b: RuleCounts };
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
  /** Whether the masks are pictures, whose pixels have no size. */
  readonly inPixels: boolean;
  /** Stops between scores: the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/**
 * Compares two methods score by score, and label by label where there are several, with p-values
 * corrected for the number of rows.
 */
export async function compareCases(
  cases: readonly ComparedCase[],
  names: readonly ScoreName[],
  options: CompareCasesOptions,
): Promise<readonly ComparisonRow[]> {
  const labels = (cases[0]?.labels ?? []).map(({ label }, i) => ({
    label,
    of: (one: ComparedCase): ComparedScores => one.labels[i]!,
  }));
  const all = [{ label: null, of: (one: ComparedCase): ComparedScores => one }, ...labels];
  const rows: ComparisonRow[] = [];
  for (const name of names) {
    for (const { label, of } of all) {
      await heed(options.signal);
      const scored = cases.map((one) => ({
        patient: one.patient,
        a: of(one).a[name]!,
        b: of(one).b[name]!,
      }));
      rows.push({ score: name, label, ...compareScores(scored, name, options) });
    }
  }
  const correct = (test: 'permutation' | 'wilcoxon') =>
    correctedByHolm(rows.map((row) => row[test].pValue));
  const [permutation, wilcoxon] = [correct('permutation'), correct('wilcoxon')];
  return rows.map((row, i) => ({
    ...row,
    permutation: { ...row.permutation, holm: permutation[i]! },
    wilcoxon: { ...row.wilcoxon, holm: wilcoxon[i]! },
  }));
}

const pixelUnits = { mm: 'px', ml: 'kpx' } as const;

interface ScoredCase {
  readonly patient: string;
  readonly a: CaseScore;
  readonly b: CaseScore;
}

function compareScores(
  all: readonly ScoredCase[],
  score: ScoreName,
  { seed, resamples, inPixels }: CompareCasesOptions,
): Omit<ComparisonRow, 'score' | 'label'> {
  const used = all.filter(({ a, b }) => !Number.isNaN(a.value) && !Number.isNaN(b.value));
  const groups = used.map(({ patient }) => patient);
  const patients = [...new Set(groups)];
  const summaryOf = (method: 'a' | 'b') =>
    summariseScores(
      [score],
      used.map((one) => ({ [score]: one[method] }) as CaseScores),
    )[score];
  const [ofA, ofB] = [summaryOf('a'), summaryOf('b')];
  const { unit, better } = scores[score];
  const described = {
    title: scoreTitle(score, inPixels),
    unit: inPixels && (unit === 'mm' || unit === 'ml') ? pixelUnits[unit] : unit,
    better,
    cases: used.length,
    patients: patients.length,
    leftOut: all.length - used.length,
    byRule: { a: ofA.decidedByRule, b: ofB.decidedByRule },
    meanA: ofA.mean,
    meanB: ofB.mean,
  };
  const [a, b] = [used.map((one) => one.a.value), used.map((one) => one.b.value)];
  const ofPatients = (values: readonly number[]): number[] =>
    patients.map((patient) => mean(values.filter((_, i) => groups[i] === patient)));
  const tested = (pValue: number): CorrectedP => ({ pValue, holm: pValue });
  const { difference, pValue } = pairedTest(a, b, groups, { seed, resamples });
  return {
    ...described,
    difference,
    permutation: tested(pValue),
    wilcoxon: tested(
      used.length === 0 ? Number.NaN : wilcoxonSignedRank(ofPatients(b), ofPatients(a)).pValue,
    ),
  };
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
