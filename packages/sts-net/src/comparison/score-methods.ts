import ndarray, { type NdArray } from 'ndarray';
import { type CaseScore, type CaseScores, meanScores, scoreCase } from '../scoring/case-score.ts';
import { maskOf } from '../scoring/label-masks.ts';
import { measure } from '../scoring/measure.ts';
import { measureProbabilities } from '../scoring/measure-probabilities.ts';
import type { CaseMasks } from '../scoring/read-masks.ts';
import type { PairProbabilities } from '../scoring/read-probabilities.ts';
import { type EmptyMasks, type ScoreName, scores } from '../scoring/scores.ts';
import type { DetectionOptions } from '../scoring/scoring-options.ts';
import type { ComparedCase, ComparedScores } from './compare-cases.ts';
import type { PooledParts } from './pooled-rows.ts';

/** What differs between cases, and how they are scored. */
export interface ScoreMethodsOptions extends DetectionOptions {
  readonly id: string;
  readonly names: readonly ScoreName[];
  readonly tolerance: number;
  readonly rule: EmptyMasks;
}

/** The scores of two methods for the labels of one case. */
export interface MethodScores {
  /** By label; 0 is what has no label of its own: all above 0 as one. */
  readonly byLabel: ReadonlyMap<number, ComparedLabel>;
  /** Of a label that neither truth nor predictions hold. */
  nothing(): ComparedLabel;
}

/** The scores of two methods for a label, and what is counted over all cases together. */
export interface ComparedLabel extends ComparedScores {
  readonly pooled: Readonly<Record<'a' | 'b', PooledParts>>;
}

/** The masks of a case, and the probabilities that methods have. */
export interface ComparedMasks
  extends Pick<CaseMasks, 'truth' | 'predictions' | 'labels' | 'isOneTarget'> {
  /** 1 for each voxel on which nothing counts. */
  readonly ignored?: Uint8Array | undefined;
  readonly probabilities: readonly (PairProbabilities | undefined)[];
}

/** Scores two predictions of a case against its truth. */
export function scoreMethods(
  { truth, predictions, labels, isOneTarget, ignored, probabilities }: ComparedMasks,
  { id, names, tolerance, rule, ...detection }: ScoreMethodsOptions,
): MethodScores {
  const { shape, size } = truth.voxels;
  const left = ignored && ndarray(ignored, [...shape]);
  const scoreOne = (prediction: Mask, wanted: Mask, soft: Float32Array | undefined) => {
    const measured = measure(prediction, wanted, { id, spacing: truth.spacing, tolerance });
    const { lesions } = measured.lesions();
    return {
      scores: scoreCase(measured, names, rule),
      pooled: {
        lesions: lesions.map(({ volume, matches }) => ({ volume, matches })),
        probabilities:
          soft && measureProbabilities(soft, wanted, { ...detection, id, ignored: left }),
      },
    };
  };
  const scored = (label: number | undefined): ComparedLabel => {
    const wanted = maskOf(truth.voxels, label);
    const [a, b] = predictions.map(({ voxels }, i) => {
      const soft = probabilities[i];
      const has = label === undefined || soft?.labels.includes(label);
      return scoreOne(maskOf(voxels, label), wanted, has ? soft?.of(label) : undefined);
    });
    return {
      ...withoutVanishing(names, { a: a!.scores, b: b!.scores }),
      pooled: { a: a!.pooled, b: b!.pooled },
    };
  };
  const own = probabilities.flatMap((one) => one?.labels ?? []);
  const held = isOneTarget ? [] : [...new Set([...labels, ...own])];
  const targets = held.length === 0 ? [undefined] : held;
  return {
    byLabel: new Map(targets.map((label) => [label ?? 0, scored(label)])),
    nothing() {
      const none = ndarray(new Uint8Array(size), [...shape]);
      const { scores, pooled } = scoreOne(none, none, undefined);
      return { a: scores, b: scores, pooled: { a: pooled, b: pooled } };
    },
  };
}

type Mask = NdArray<Uint8Array>;

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
): {
  readonly labels: readonly number[];
  readonly cases: readonly ComparedCase[];
  /** Of each label, then of each case. */
  readonly pooled: readonly (readonly ComparedLabel['pooled'][])[];
} {
  const held = new Set(cases.flatMap(({ scored }) => [...scored.byLabel.keys()]));
  // A case without any label has no other than all.
  if (held.size > 1) held.delete(0);
  const labels = [...held].sort((x, y) => x - y);
  const each = cases.map(({ scored }) =>
    labels.map((label) => ({ label, ...(scored.byLabel.get(label) ?? scored.nothing()) })),
  );
  return {
    labels: labels.filter((label) => label > 0),
    pooled: labels.map((_, l) => each.map((all) => all[l]!.pooled)),
    cases: cases.map(({ id, patient }, i) => {
      const all = each[i]!.map(({ label, a, b }) => ({ label, a, b }));
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
