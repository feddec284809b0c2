import type { Interval } from '@sts-net/metrics/statistics';
import { type DetectionOptions, defaultDetection } from '../scoring/scoring-options.ts';
import type { Evaluation } from './evaluate-volumes.ts';
import {
  frocRates,
  type ProbabilityMeans,
  type ProbabilityScores,
  type ProbabilityStatistics,
  type ProbabilityValues,
} from './probability-scores.ts';

/** The scores of probabilities as they are listed. */
export const probabilityRows: readonly {
  readonly name: keyof ProbabilityStatistics;
  readonly title: string;
  readonly better: 'higher' | 'lower';
}[] = [
  { name: 'averagePrecision', title: 'average precision of lesions', better: 'higher' },
  { name: 'frocScore', title: 'FROC score', better: 'higher' },
  ...frocRates.map((rate) => ({
    name: `recall@${rate}` as const,
    title: `lesions found at ${rate} false alarm${rate === 1 ? '' : 's'} a case`,
    better: 'higher' as const,
  })),
  { name: 'calibrationError', title: 'expected calibration error', better: 'lower' },
  { name: 'brierScore', title: 'Brier score', better: 'lower' },
];

/** The scores of probabilities, of several labels each and their means. */
export function probabilityTable(
  probabilities: ProbabilityScores,
  cases: Evaluation['cases'],
): readonly (readonly string[])[] {
  const { labels } = probabilities;
  const several = labels.length > 1;
  const patients = new Set(cases.map(({ patient }) => patient)).size;
  const value = (one: number): string => (Number.isNaN(one) ? '–' : one.toFixed(4));
  const interval = ({ estimate, low, high }: Interval): string =>
    patients < 2 || Number.isNaN(estimate) ? '–' : `${value(low)} … ${value(high)}`;
  return [
    [
      ...['probabilities', several ? 'mean of the labels' : 'all cases', '95 % interval'],
      ...(several ? labels.map(({ label }) => `label ${label}`) : []),
    ],
    ...probabilityRows.map(({ name, title }) => [
      title,
      value(intervalOf(probabilities, name).estimate),
      interval(intervalOf(probabilities, name)),
      ...(several ? labels.map((one) => value(intervalOf(one, name).estimate)) : []),
    ]),
  ];
}

function intervalOf(scores: ProbabilityMeans, name: keyof ProbabilityStatistics): Interval {
  const recall = scores.recalls.find(({ falseAlarms }) => name === `recall@${falseAlarms}`);
  return recall?.recall ?? scores[name as keyof ProbabilityValues<Interval>];
}

/** What must be known to read it, a sentence each. */
export function probabilityNotes({
  candidateThreshold = defaultDetection.threshold,
  candidateOverlap = defaultDetection.overlap,
}: DetectionOptions): string[] {
  const finds =
    candidateOverlap === 0
      ? 'where they share a voxel'
      : `at an IoU of ${candidateOverlap} or more`;
  return [
    `Probabilities: connected voxels from ${candidateThreshold} on are a candidate with the highest of theirs; it finds a lesion ${finds}, each one at most, and further ones there count neither way. The FROC score is the mean share found at 0.25, 0.5, 1, 2, 4 and 8 false alarms a case.`,
    'Calibration is of all voxels, nearly all of which are sure to be background: compare it on the same images only.',
  ];
}
