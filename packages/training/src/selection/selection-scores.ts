import { type Confusion, confusion, dice, pool } from '@sts-net/metrics';
import type { NdArray } from 'ndarray';

/** A score that is collected slice by slice; larger is better. */
export interface SelectionScore {
  /** @param prediction `[row, column]`, labels; `truth` likewise */
  add(prediction: NdArray<Uint8Array>, truth: NdArray<Uint8Array>, id: string): void;
  result(): number;
  /** The scores of the foreground classes, from class 1 on. */
  ofClasses?(): readonly number[];
}

/** What the name of a score that chooses the best weights stands for. */
export interface SelectionSpec {
  create(about: {
    /** Number of classes with the background. */
    readonly classes: number;
  }): SelectionScore;
}

export type SelectionName = 'dice' | 'mIoU';

/** The scores that choose the best weights, by name. */
export const selectionScores: Readonly<Record<SelectionName, SelectionSpec>> = {
  /**
   * Dice of each foreground class over all pixels together, and their mean; 1 for a class that is
   * neither there nor predicted anywhere.
   */
  dice: ofConfusions({
    result: (slices) => dice(pool(slices)),
    ofClasses: (slices) =>
      pool(slices)
        .classes.slice(1)
        .map((one) => dice(one)),
  }),
  /**
   * The mean over slices of the mean IoU of the classes that prediction or truth has, background
   * included: the paper's score with two classes. Of a class, the mean over the slices that have it.
   */
  mIoU: ofConfusions({
    result: (slices) => mean(slices.map((slice) => mean(presentIoUs(slice)))),
    ofClasses: (slices) =>
      slices[0]!.classes
        .slice(1)
        .map((_, k) =>
          mean(slices.flatMap(({ classes }) => presentIoUs({ classes: [classes[k + 1]!] }))),
        ),
  }),
};

interface OfConfusions {
  readonly result: (slices: readonly Confusion[]) => number;
  readonly ofClasses: (slices: readonly Confusion[]) => readonly number[];
}

function ofConfusions({ result, ofClasses }: OfConfusions): SelectionSpec {
  return {
    create({ classes }) {
      const slices: Confusion[] = [];
      return {
        add: (prediction, truth, id) =>
          void slices.push(confusion(prediction, truth, { classes, id })),
        result: () => result(slices),
        ofClasses: () => ofClasses(slices),
      };
    },
  };
}

/** The 1e-6 is the paper's. */
function presentIoUs({ classes }: Pick<Confusion, 'classes'>): readonly number[] {
  return classes
    .filter(({ tp, fp, fn }) => tp + fp + fn > 0)
    .map(({ tp, fp, fn }) => tp / (tp + fp + fn + 1e-6));
}

function mean(values: readonly number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}
