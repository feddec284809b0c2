import type { RuleCounts } from '@sts-net/metrics';
import type { SizeBin } from '@sts-net/metrics/lesions';
import type { Interval } from '@sts-net/metrics/statistics';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import type { DetectionOptions } from '../scoring/scoring-options.ts';
import {
  decidedNote,
  type ScoringNotes,
  scoreTitle,
  scoreValue,
  scoringNotes,
} from '../scoring/scoring-text.ts';
import type { Evaluation } from './evaluate-volumes.ts';
import { probabilityNotes } from './probability-tables.ts';

/** What is said beside the tables. */
export interface EvaluationNotes
  extends Omit<ScoringNotes, 'names'>,
    DetectionOptions,
    IntervalOptions {
  /** Where the network was run, a sentence; undefined where the labels are the most likely classes or were given. */
  readonly operatingPoint?: string | undefined;
  /** Between which lesions are counted, mm³; undefined where those are the quartiles. */
  readonly sizes?: readonly number[] | undefined;
}

type Table = readonly (readonly string[])[];

/** Each score over cases: its mean with the interval. */
export function meanTable({ scores, cases }: Evaluation, inPixels: boolean): Table {
  const several = patientsOf(cases) > 1;
  return [
    ['score', 'mean over cases', '95 % interval', 'median', 'cases'],
    ...scoreNames.map((name) => {
      const { mean, interval, median, counted } = scores[name];
      const { low, high } = interval;
      return [
        scoreTitle(name, inPixels),
        scoreValue(name, mean),
        several && counted > 0 ? `${scoreValue(name, low)} … ${scoreValue(name, high)}` : '–',
        scoreValue(name, median),
        String(counted),
      ];
    }),
  ];
}

const load = [
  'volume-difference',
  'false-positive-volume',
  'false-negative-volume',
  'count-difference',
  'false-alarms',
] as const satisfies readonly ScoreName[];

/** How much was found too much or too little, by case. */
export function loadTable({ labels, cases, scores }: Evaluation, inPixels: boolean): Table {
  const mean = (name: ScoreName): string => scoreValue(name, scores[name].mean);
  return [
    [
      labels.length > 0 ? 'case, mean of the labels' : 'case',
      ...load.map((name) => scoreTitle(name, inPixels)),
    ],
    ...cases.map((one) => [
      one.id,
      ...load.map((name) => scoreValue(name, one.scores[name].value)),
    ]),
    ['mean', ...load.map(mean)],
  ];
}

/**
 * Which share of the lesions of each size was found, of all together and by case.
 *
 * @param shown the cases that have a row
 */
export function sizeTable(
  { cases, recallBySize }: Evaluation,
  inPixels: boolean,
  shown: Evaluation['cases'] = cases,
): Table {
  const severalPatients = patientsOf(cases) > 1;
  const recallText = (recall: number): string => scoreValue('lesion-recall', recall);
  const intervalText = ({ low, high }: Interval): string =>
    Number.isNaN(low) ? '–' : `${recallText(low)} … ${recallText(high)}`;
  const cell = ({ lesions, found }: SizeBin): string =>
    lesions === 0 ? '–' : `${found} of ${lesions}`;
  return [
    ['lesions found, by volume', ...sizeTitles(recallBySize, inPixels)],
    ...shown.map((one) => [one.id, ...one.recallBySize.map(cell)]),
    ['all', ...recallBySize.map(cell)],
    ['recall', ...recallBySize.map(({ recall }) => recallText(recall))],
    ...(severalPatients
      ? [['95 % interval', ...recallBySize.map(({ interval }) => intervalText(interval))]]
      : []),
  ];
}

/** The volumes of bins: of their edges as many digits as tell them apart, and all before the point. */
export function sizeTitles(bins: readonly SizeBin[], inPixels: boolean): readonly string[] {
  const unit = inPixels ? 'pixels' : 'mm³';
  if (bins.length === 1) return [`all sizes (${unit})`];
  const edges = bins.slice(1).map(({ from }) => from);
  let digits = 3;
  while (digits < 17 && new Set(edges.map((edge) => sizeText(edge, digits))).size < edges.length) {
    digits++;
  }
  return bins.map(({ from, to }) => {
    if (to === Number.POSITIVE_INFINITY) return `from ${sizeText(from, digits)} ${unit}`;
    const end = sizeText(to, digits);
    return from === 0 ? `below ${end}` : `${sizeText(from, digits)} to ${end}`;
  });
}

function sizeText(volume: number, digits: number): string {
  return String(Number(volume < 10 ** digits ? volume.toPrecision(digits) : volume.toFixed(0)));
}

/** What must be known to read the tables, a sentence each. */
export function evaluationNotes(
  { scores, cases, probabilities }: Evaluation,
  { seed = 0, resamples = 10_000, sizes, operatingPoint, ...notes }: EvaluationNotes,
): string[] {
  const decided = scoreNames.map((name): [string, RuleCounts] => [
    scoreTitle(name, notes.inPixels),
    scores[name].decidedByRule,
  ]);
  const patients = patientsOf(cases);
  return [
    ...(cases.length > 1
      ? [
          `${cases.length} cases of ${patients} ${patients === 1 ? 'patient, so that means have no interval' : `patients; intervals by bootstrap, patients drawn whole, seed ${seed}, ${resamples} resamples${patients < 6 ? ': too narrow of so few' : ''}`}.`,
        ]
      : []),
    ...(operatingPoint === undefined ? [] : [operatingPoint]),
    `Differences are prediction − truth; sizes of lesions are divided ${sizes === undefined ? 'by the quartiles of the true ones' : 'as asked for'}.`,
    ...scoringNotes({ ...notes, names: scoreNames }),
    ...decidedNote(decided),
    ...(probabilities === undefined ? [] : probabilityNotes(notes)),
  ];
}

function patientsOf(cases: Evaluation['cases']): number {
  return new Set(cases.map(({ patient }) => patient)).size;
}
