import ndarray from 'ndarray';
import { type CaseScore, type CaseScores, meanScores, scoreCase } from '../scoring/case-score.ts';
import { maskOf } from '../scoring/label-masks.ts';
import { measure } from '../scoring/measure.ts';
import type { CaseMasks } from '../scoring/read-masks.ts';
import { type EmptyMasks, type ScoreName, scores } from '../scoring/scores.ts';
import type { ComparedCase, ComparedScores } from './compare-cases.ts';

/** What differs between cases, and how they are scored. */
export interface ScoreMethodsOptions {
  readonly id: string;
  readonly names: readonly ScoreName[];
  readonly tolerance: number;
  readonly rule: EmptyMasks;
}

/** The scores of two methods for the labels of one case. */
export interface MethodScores {
  /** By label; 0 is what has no label of its own: all above 0 as one. */
  readonly byLabel: ReadonlyMap<number, ComparedScores>;
  /** Of a label that neither truth nor predictions hold. */
  nothing(): ComparedScores;
}

/** Scores two predictions of a case against its truth. */
export function scoreMethods(
  { truth, predictions, labels }: CaseMasks,
  { id, names, tolerance, rule }: ScoreMethodsOptions,
): MethodScores {
  const options = { id, spacing: truth.spacing, tolerance };
  const scored = (label: number | undefined): ComparedScores => {
    const wanted = maskOf(truth.voxels, label);
    const [a, b] = predictions.map(({ voxels }) =>
      scoreCase(measure(maskOf(voxels, label), wanted, options), names, rule),
    );
    return withoutVanishing(names, { a: a!, b: b! });
  };
  const targets = labels.length === 0 ? [undefined] : labels;
  const { shape, size } = truth.voxels;
  return {
    byLabel: new Map(targets.map((label) => [label ?? 0, scored(label)])),
    nothing() {
      const none = ndarray(new Uint8Array(size), [...shape]);
      const empty = scoreCase(measure(none, none, options), names, rule);
      return { a: empty, b: empty };
    },
  };
}

/**
 * Where the rule leaves out the score of one method, which found nothing where there is nothing, and the
 * other one has a false alarm there, the first scores best: the case must not vanish.
 */
function withoutVanishing(names: readonly ScoreName[], { a, b }: ComparedScores): ComparedScores {
  const beside = (own: Partial<CaseScores>, other: Partial<CaseScores>): Partial<CaseScores> =>
    Object.fromEntries(
      names.map((name): [ScoreName, CaseScore] => {
        const [one, two] = [own[name]!, other[name]!];
        const vanishes = Number.isNaN(one.value) && !Number.isNaN(two.value);
        return [name, vanishes ? { ...one, value: scores[name].best } : one];
      }),
    );
  return { a: beside(a, b), b: beside(b, a) };
}

/** Brings the labels of all cases together: each case gets all of them, and their means. */
export function compareLabels(
  cases: readonly (Pick<ComparedCase, 'id' | 'patient'> & { readonly scored: MethodScores })[],
  names: readonly ScoreName[],
): { readonly labels: readonly number[]; readonly cases: readonly ComparedCase[] } {
  const held = new Set(cases.flatMap(({ scored }) => [...scored.byLabel.keys()]));
  // A case without any label has no other than all.
  if (held.size > 1) held.delete(0);
  const labels = [...held].sort((x, y) => x - y);
  return {
    labels: labels.filter((label) => label > 0),
    cases: cases.map(({ id, patient, scored }) => {
      const all = labels.map((label) => ({
        label,
        ...(scored.byLabel.get(label) ?? scored.nothing()),
      }));
      if (all.length === 1) return { id, patient, a: all[0]!.a, b: all[0]!.b, labels: [] };
      const means = (method: 'a' | 'b') =>
        meanScores(
          names,
          all.map((one) => one[method] as CaseScores),
        );
      return { id, patient, a: means('a'), b: means('b'), labels: all };
    }),
  };
}
