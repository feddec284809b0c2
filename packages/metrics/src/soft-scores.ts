import { type Labels, position } from './grid.ts';
import { labelPair } from './pair.ts';

/** Which elements of the truth are foreground and which are left out. */
interface SoftOptions {
  readonly label?: number | undefined;
  readonly ignoreIndex?: number | undefined;
}

/** The values of a soft prediction in the foreground of the truth and outside it. */
export interface SoftScores {
  readonly inside: Float64Array;
  readonly outside: Float64Array;
}

/** What the values of a soft prediction must be. */
export interface SoftKind {
  readonly name: string;
  readonly holds: (value: number) => boolean;
}

export const anyNumbers: SoftKind = {
  name: 'numbers',
  holds: (value) => !Number.isNaN(value),
};

/**
 * Parts a soft prediction by its truth, on behalf of the function and case that `where` names.
 *
 * @throws RangeError as `eachSoftScore`
 */
export function softScores(
  prediction: Labels,
  truth: Labels,
  options: SoftOptions,
  kind: SoftKind,
  where: string,
): SoftScores {
  let [positives, negatives] = [0, 0];
  eachSoftScore(prediction, truth, options, kind, where, (_, isInside) => {
    if (isInside) positives++;
    else negatives++;
  });
  const inside = new Float64Array(positives);
  const outside = new Float64Array(negatives);
  eachSoftScore(prediction, truth, options, kind, where, (score, isInside) => {
    if (isInside) inside[--positives] = score;
    else outside[--negatives] = score;
  });
  return { inside, outside };
}

/**
 * Visits the values of a soft prediction, each with whether the truth has foreground there; those that are
 * left out are passed over.
 *
 * @throws RangeError where shapes differ, a prediction is not of the kind, or a label is negative,
 *   fractional or NaN
 */
export function eachSoftScore(
  prediction: Labels,
  truth: Labels,
  { label, ignoreIndex }: SoftOptions,
  kind: SoftKind,
  where: string,
  visit: (score: number, isInside: boolean) => void,
): void {
  const { prediction: p, truth: t, shape } = labelPair(prediction, truth, where);
  for (let i = 0; i < t.length; i++) {
    const value = t[i]!;
    if (value === ignoreIndex) continue;
    const score = p[i]!;
    if (value >>> 0 !== value) {
      throw new RangeError(
        `${where}: truth must be whole labels of at least 0, got ${value} at ${position(i, shape)}`,
      );
    }
    if (typeof score !== 'number' || !kind.holds(score)) {
      throw new RangeError(
        `${where}: prediction must be ${kind.name}, got ${score} at ${position(i, shape)}`,
      );
    }
    visit(score, label === undefined ? value > 0 : value === label);
  }
}
