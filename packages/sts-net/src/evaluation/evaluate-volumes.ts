import type { PaperProtocolResult } from '@sts-net/metrics';
import { type CaseScore, type CaseScores, meanScores } from '../scoring/case-score.ts';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { emptyMasks } from '../scoring/scoring-options.ts';
import type { LesionScores } from './lesion-scores.ts';
import { checkSizes, sizeEdges } from './lesion-sizes.ts';
import { type MeanScore, meansOverCases, recallOverCases, type SizeRecall } from './mean-scores.ts';
import {
  type MeasureCaseOptions,
  type MeasuredCase,
  measureCase,
  type VolumePair,
} from './measured-case.ts';
import {
  caseProbabilities,
  type ProbabilityScores,
  type ProbabilityValues,
  scoreProbabilities,
} from './probability-scores.ts';
import { type MeasuredLabel, meanParts, type Parts, partsOf } from './score-label.ts';
import type { SliceScores } from './slice-scores.ts';

export interface EvaluateVolumesOptions<Pair extends VolumePair = VolumePair>
  extends MeasureCaseOptions,
    IntervalOptions {
  /** Called, and waited for, with each case and its scores; of several labels the means of those that it holds. */
  readonly onCase?: ((pair: Pair, scores: CaseScores) => Promise<void> | void) | undefined;
  /**
   * Volumes in mm³, rising, between which the recall of lesions is counted; in pictures pixels.
   * @default the quartiles of all true lesions that are scored
   */
  readonly sizes?: readonly number[] | undefined;
  /** Stops between scores when all cases are measured: the call then throws the signal's reason. */
  readonly signal?: AbortSignal | undefined;
}

/** The scores of one label. */
export interface LabelScores<Score> extends Parts<Score> {
  readonly label: number;
  /** Of a case, where there are probabilities. */
  readonly probabilities?: ProbabilityValues<number>;
}

export interface EvaluatedCase extends Parts<CaseScore> {
  readonly id: string;
  readonly patient: string;
  /** Where there are probabilities; of several labels the means. */
  readonly probabilities?: ProbabilityValues<number>;
  /** Of each label, where several are scored; what is above are then their means. */
  readonly labels: readonly LabelScores<CaseScore>[];
}

/** Scores of a set of volumes. */
export interface Evaluation extends Parts<MeanScore> {
  /** Over the slices of all cases: the paper's protocol, foreground only, pooled, and the floor. */
  readonly slices: SliceScores & Partial<Pick<PaperProtocolResult, 'cases'>>;
  /** Of the lesions of all cases together: counts added up. */
  readonly lesions: LesionScores;
  /** Of the lesions of all cases together, with intervals. */
  readonly recallBySize: readonly SizeRecall[];
  /** Over cases, with their intervals and how many of them the rule for empty masks decided. */
  readonly scores: Readonly<Record<ScoreName, MeanScore>>;
  /** Of each label, where several are scored; what is above are then their means. */
  readonly labels: readonly LabelScores<MeanScore>[];
  readonly cases: readonly EvaluatedCase[];
  /** Whether all cases are pictures: distances are then in pixels, and what is called mm³ is a pixel. */
  readonly inPixels: boolean;
  /** Where there are probabilities. */
  readonly probabilities?: ProbabilityScores;
}

/**
 * Scores label volumes slice by slice (the paper's protocol and what it hides), volume by volume, and
 * lesion by lesion.
 *
 * @param axis the axis of `[slice, row, column]` that slices are cut across
 * @throws RangeError naming the case, if prediction and truth differ in shape; or if sizes do not rise
 */
export async function evaluateVolumes<Pair extends VolumePair>(
  pairs: Iterable<Pair> | AsyncIterable<Pair>,
  axis: 0 | 1 | 2 = 0,
  options: EvaluateVolumesOptions<Pair> = {},
): Promise<Evaluation> {
  const { sizes, onCase } = options;
  if (sizes !== undefined) checkSizes(sizes);
  const measured: MeasuredCase[] = [];
  let pictures = 0;
  for await (const pair of pairs) {
    if (pair.flat === true) pictures++;
    const one = measureCase(pair, pair.axis ?? axis, options);
    measured.push(one);
    const ofLabels = one.labels.map((label) => one.of(label).scores);
    await onCase?.(pair, meanScores(scoreNames, ofLabels));
  }
  const { empty } = emptyMasks(options);
  const labels = labelsOfAll(measured);
  const ofLabels = labels.map((label) => measured.map((one) => one.of(label)));
  const edges = sizes ?? sizeEdges(ofLabels.flat().flatMap(({ lesions }) => lesions));
  const probable = probabilitiesOf(measured, labels, ofLabels);
  const cases = measured.map(({ id, patient }, i): EvaluatedCase => {
    const scored = ofLabels.map((of, l) => {
      const { slices, ...parts } = partsOf([of[i]!], empty, edges);
      const { cases: _, ...own } = slices;
      return {
        ...{ label: labels[l] ?? 1, slices: own, ...parts, scores: of[i]!.scores },
        ...(probable && { probabilities: caseProbabilities([probable[l]!.cases[i]!]) }),
      };
    });
    const scores = meanScores(
      scoreNames,
      scored.map((one) => one.scores),
    );
    return {
      ...{ id, patient, ...meanParts(scored), scores, labels: several(scored) },
      ...(probable && {
        probabilities: caseProbabilities(probable.map((one) => one.cases[i]!)),
      }),
    };
  });
  const patients = measured.map(({ patient }) => patient);
  const means = (of: readonly Pick<MeasuredLabel, 'scores'>[]) =>
    meansOverCases(
      of.map((one) => one.scores),
      patients,
      options,
    );
  const scored: LabelScores<MeanScore>[] = [];
  for (const [l, of] of ofLabels.entries()) {
    scored.push({
      label: labels[l] ?? 1,
      ...partsOf(of, empty, edges),
      scores: await means(of),
    });
  }
  const together = meanParts(scored);
  const bins = cases.map((one) => one.recallBySize);
  const recallBySize = recallOverCases(together.recallBySize, bins, patients, options);
  return {
    ...{ ...together, recallBySize, scores: await means(cases), labels: several(scored), cases },
    inPixels: pictures > 0 && pictures === cases.length,
    ...(probable && { probabilities: scoreProbabilities(probable, patients, options) }),
  };
}

/**
 * What was measured of the probabilities of each label, if there are any.
 *
 * @throws RangeError naming a case that has none of a label while others have
 */
function probabilitiesOf(
  measured: readonly MeasuredCase[],
  labels: readonly (number | undefined)[],
  ofLabels: readonly (readonly MeasuredLabel[])[],
) {
  const each = ofLabels.map((of, l) => ({
    label: labels[l],
    cases: of.map((one) => one.probabilities),
  }));
  if (each.every(({ cases }) => cases.every((one) => one === undefined))) return undefined;
  return each.map(({ label, cases }) => ({
    label,
    cases: cases.map((one, i) => {
      if (one !== undefined) return one;
      const what = label === undefined ? 'of the target' : `of label ${label}`;
      throw new RangeError(
        `case '${measured[i]!.id}': the probabilities ${what} must be there, as they are of other cases, but are not; add them`,
      );
    }),
  }));
}

/** The labels of all cases; one without any has no other than all above 0. */
function labelsOfAll(cases: readonly MeasuredCase[]): readonly (number | undefined)[] {
  const held = [...new Set(cases.flatMap(({ labels }) => labels))];
  const numbers = held.filter((label) => label !== undefined);
  return numbers.length > 0 ? numbers.sort((a, b) => a - b) : [undefined];
}

function several<Of>(labels: readonly Of[]): readonly Of[] {
  return labels.length > 1 ? labels : [];
}
