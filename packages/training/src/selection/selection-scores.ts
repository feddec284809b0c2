import {
  type Confusion,
  confusion,
  dice,
  type LesionCounts,
  lesionScores,
  lesionWise,
  pool,
} from '@sts-net/metrics';
import { withoutIgnored } from '@sts-net/metrics/regions';
import { IGNORED } from '@sts-net/volume-io';
import { meanOfNumbers, type SelectionSpec, type ValidatedCase } from './selection-score.ts';

export type SelectionName = 'dice' | 'case-dice' | 'lesion-f1' | 'mIoU';

/** The scores that choose the best weights, by name. */
export const selectionScores: Readonly<Record<SelectionName, SelectionSpec>> = {
  /**
   * Dice of each foreground class over all pixels together, and their mean; 1 for a class that is
   * neither there nor predicted anywhere.
   */
  dice: ofClasses(slicesOf, {
    ofClass: (slices, k) => dice(pool(slices).classes[k]!),
  }),
  /**
   * The mean over the cases of the Dice of each foreground class, and the mean of these; of a case in
   * which a class is neither there nor predicted, 1.
   */
  'case-dice': ofClasses((one, classes) => [pool(slicesOf(one, classes))], {
    ofClass: (cases, k) => meanOfNumbers(cases.map(({ classes }) => dice(classes[k]!))),
  }),
  /**
   * F1 of the lesions of each foreground class, of all cases together, and their mean: a lesion is found
   * if the prediction overlaps it. Lesions are 26-connected in slices that follow one another; 1 for a
   * class that is neither there nor predicted anywhere.
   */
  'lesion-f1': ofClasses(
    (one, classes) => [Array.from({ length: classes }, (_, k) => lesionsOf(one, k))],
    { ofClass: (cases, k) => f1(cases.flatMap((lesions) => lesions[k]!)) },
  ),
  /**
   * The mean over slices of the mean IoU of the classes that prediction or truth has, background
   * included: the paper's score with two classes. Of a class, the mean over the slices that have it.
   */
  mIoU: ofClasses(slicesOf, {
    result: (slices) => meanOfNumbers(slices.map((slice) => meanOfNumbers(presentIoUs(slice)))),
    ofClass: (slices, k) =>
      meanOfNumbers(slices.flatMap(({ classes }) => presentIoUs({ classes: [classes[k]!] }))),
  }),
};

/**
 * A score of what is counted of each case.
 *
 * @param scores how it is scored: of a class, and of all, by default the mean of the foreground classes
 */
function ofClasses<Counted>(
  count: (one: ValidatedCase, classes: number) => readonly Counted[],
  {
    ofClass,
    result,
  }: {
    readonly ofClass: (all: readonly Counted[], k: number) => number;
    readonly result?: (all: readonly Counted[]) => number;
  },
): SelectionSpec {
  return {
    create({ classes }) {
      const all: Counted[] = [];
      const each = () => Array.from({ length: classes - 1 }, (_, i) => ofClass(all, i + 1));
      return {
        add: (one) => void all.push(...count(one, classes)),
        result: () => (result === undefined ? meanOfNumbers(each()) : result(all)),
        ofClasses: each,
      };
    },
  };
}

function slicesOf({ id, runs }: ValidatedCase, classes: number): readonly Confusion[] {
  return runs.flatMap(({ prediction, truth }) => {
    // Masks of 0 and 1 are counted faster where no label is to be left out.
    const ignored = truth.data.includes(IGNORED) && { ignoreIndex: IGNORED };
    return Array.from({ length: truth.shape[0]! }, (_, k) =>
      confusion(prediction.pick(k), truth.pick(k), { classes, id, ...ignored }),
    );
  });
}

function lesionsOf({ id, runs }: ValidatedCase, label: number): readonly LesionCounts[] {
  if (label === 0) return [];
  return runs.map(({ prediction, truth }) => {
    const counting = withoutIgnored(prediction, truth, { ignoreIndex: IGNORED, id });
    return lesionWise(counting.prediction, counting.truth, { label, id });
  });
}

function f1(counts: readonly LesionCounts[]): number {
  const sum = (of: (one: LesionCounts) => number) =>
    counts.reduce((total, one) => total + of(one), 0);
  return lesionScores({
    found: sum(({ found }) => found),
    missed: sum(({ missed }) => missed),
    hits: sum(({ hits }) => hits),
    falsePositives: sum(({ falsePositives }) => falsePositives),
    diceSum: 0,
    panoptic: { pairs: 0, iouSum: 0, missed: 0, falsePositives: 0 },
  }).f1;
}

/** The 1e-6 is the paper's. */
function presentIoUs({ classes }: Pick<Confusion, 'classes'>): readonly number[] {
  return classes
    .filter(({ tp, fp, fn }) => tp + fp + fn > 0)
    .map(({ tp, fp, fn }) => tp / (tp + fp + fn + 1e-6));
}
