import { type EmptyPolicy, type LesionCounts, lesionScores } from '@sts-net/metrics';

/** How the lesions of volumes were found; see `lesionWise` of `@sts-net/metrics`. */
export interface LesionScores {
  readonly found: number;
  readonly missed: number;
  readonly falsePositives: number;
  /** Predicted lesions, true or false. */
  readonly predicted: number;
  readonly precision: number;
  readonly recall: number;
  readonly f1: number;
  readonly dice: number;
  readonly panopticQuality: number;
}

const counted = ['found', 'missed', 'hits', 'falsePositives', 'diceSum'] as const;
const paired = ['pairs', 'iouSum', 'missed', 'falsePositives'] as const;

/** The lesions of one case or of several together, by one rule. */
export function sumLesions(cases: readonly LesionCounts[], empty: EmptyPolicy): LesionScores {
  const counts = {
    ...sums(cases, counted),
    panoptic: sums(
      cases.map(({ panoptic }) => panoptic),
      paired,
    ),
  };
  const { found, missed, falsePositives, hits } = counts;
  return {
    found,
    missed,
    falsePositives,
    predicted: hits + falsePositives,
    ...lesionScores(counts, cases.length === 0 ? 'nan' : empty),
  };
}

/** The counts of labels added up, and the means of their scores over those that have one. */
export function meanLesions(labels: readonly LesionScores[]): LesionScores {
  const mean = (name: 'precision' | 'recall' | 'f1' | 'dice' | 'panopticQuality'): number => {
    const values = labels.map((one) => one[name]).filter((value) => !Number.isNaN(value));
    return values.reduce((sum, value) => sum + value, 0) / values.length;
  };
  return {
    ...sums(labels, ['found', 'missed', 'falsePositives', 'predicted']),
    precision: mean('precision'),
    recall: mean('recall'),
    f1: mean('f1'),
    dice: mean('dice'),
    panopticQuality: mean('panopticQuality'),
  };
}

function sums<Name extends string>(
  all: readonly Readonly<Record<Name, number>>[],
  names: readonly Name[],
): Record<Name, number> {
  return Object.fromEntries(
    names.map((name) => [name, all.reduce((sum, one) => sum + one[name], 0)]),
  ) as Record<Name, number>;
}
