import { type CaseCounts, countsAt } from './case-counts.ts';

/** What an operating point is chosen for. */
export type Aim =
  /** The mean of the cases' Dice. */
  | 'case-dice'
  /** F1 of the lesions of all cases. */
  | 'lesion-f1'
  /** The largest share of lesions found with at most so many false alarms a case. */
  | { readonly falseAlarms: number };

/** A place where a network may be run, and what it does there. */
export interface OperatingPoint {
  readonly threshold: number;
  /** mm³. */
  readonly minimumVolume: number;
  readonly caseDice: number;
  /** Share of the lesions that are found, each by a predicted one of its own, 0 … 1. */
  readonly recall: number;
  /** Share of what is marked that touches a lesion, 0 … 1. */
  readonly precision: number;
  readonly lesionF1: number;
  /** Mean of a case. */
  readonly falseAlarms: number;
}

/** Every threshold with every least volume. */
export function operatingPoints(
  cases: readonly CaseCounts[],
  thresholds: readonly number[],
  volumes: readonly number[],
): readonly OperatingPoint[] {
  const lesions = cases.reduce((sum, one) => sum + one.lesions, 0);
  return thresholds.flatMap((threshold, i) =>
    volumes.map((minimumVolume) => {
      const counts = cases.map((one) => countsAt(one, i, minimumVolume));
      const total = (key: 'dice' | 'found' | 'hits' | 'falseAlarms') =>
        counts.reduce((sum, one) => sum + one[key], 0);
      const marked = total('hits') + total('falseAlarms');
      const recall = lesions === 0 ? 1 : total('found') / lesions;
      const precision = marked === 0 ? 1 : total('hits') / marked;
      const both = recall + precision;
      return {
        threshold,
        minimumVolume,
        caseDice: total('dice') / cases.length,
        recall,
        precision,
        lesionF1: both === 0 ? 0 : (2 * recall * precision) / both,
        falseAlarms: total('falseAlarms') / cases.length,
      };
    }),
  );
}

/**
 * The point that serves the aim best; of equal ones that which changes least: the threshold nearest to
 * 0.5, then the smallest volume. Where no point has so few false alarms, that with the fewest.
 */
export function bestPoint(points: readonly OperatingPoint[], aim: Aim): OperatingPoint {
  const worth = ({ caseDice, lesionF1, recall, falseAlarms }: OperatingPoint): number => {
    if (aim === 'case-dice') return caseDice;
    if (aim === 'lesion-f1') return lesionF1;
    return falseAlarms <= aim.falseAlarms ? recall : -falseAlarms;
  };
  const change = ({ threshold }: OperatingPoint) => Math.abs(threshold - 0.5);
  return points.reduce((best, point) => {
    const gain = worth(point) - worth(best);
    const less = change(best) - change(point) || best.minimumVolume - point.minimumVolume;
    return gain > 0 || (gain === 0 && less > 0) ? point : best;
  });
}
