import type { Interval } from '@sts-net/metrics/statistics';
import { type DetectionOptions, defaultDetection } from '../scoring/scoring-options.ts';
import type { Evaluation } from './evaluate-volumes.ts';
import type { ProbabilityMeans, ProbabilityScores } from './probability-scores.ts';

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
  const row = (title: string, of: (one: ProbabilityMeans) => Interval): string[] => [
    title,
    value(of(probabilities).estimate),
    interval(of(probabilities)),
    ...(several ? labels.map((one) => value(of(one).estimate)) : []),
  ];
  return [
    [
      ...['probabilities', several ? 'mean of the labels' : 'all cases', '95 % interval'],
      ...(several ? labels.map(({ label }) => `label ${label}`) : []),
    ],
    row('average precision of lesions', (one) => one.averagePrecision),
    row('FROC score', (one) => one.frocScore),
    ...probabilities.recalls.map(({ falseAlarms }, i) =>
      row(
        `lesions found at ${falseAlarms} false alarm${falseAlarms > 1 ? 's' : ''} a case`,
        (one) => one.recalls[i]!.recall,
      ),
    ),
    row('expected calibration error', (one) => one.calibrationError),
    row('Brier score', (one) => one.brierScore),
  ];
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
