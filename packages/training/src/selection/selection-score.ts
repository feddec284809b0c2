import type { NdArray } from '@sts-net/views';

/** Slices of a case that follow one another, as labels `[slice, row, column]`. */
export interface ValidatedRun {
  readonly prediction: NdArray<Uint8Array>;
  /** `IGNORED` (255) of `@sts-net/volume-io` where nothing counts. */
  readonly truth: NdArray<Uint8Array>;
}

/** What a validation saw of a case: all of it in one run, or fewer slices in several. */
export interface ValidatedCase {
  readonly id: string;
  readonly runs: readonly ValidatedRun[];
}

/** A score that is collected case by case; larger is better. */
export interface SelectionScore {
  add(one: ValidatedCase): void;
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

/** A score of one's own for a case; larger is better. */
export type CaseScore = (one: ValidatedCase) => number;

/** The mean of a score over the cases; those are left out of which it is `NaN`. */
export function meanOfCases(score: CaseScore): SelectionSpec {
  return {
    create: () => {
      const scores: number[] = [];
      return { add: (one) => void scores.push(score(one)), result: () => meanOfNumbers(scores) };
    },
  };
}

/** The mean of what is a number; `NaN` of nothing. */
export function meanOfNumbers(values: readonly number[]): number {
  const numbers = values.filter((value) => !Number.isNaN(value));
  return numbers.reduce((sum, value) => sum + value, 0) / numbers.length;
}
