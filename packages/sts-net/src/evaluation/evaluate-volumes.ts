import type { PaperProtocolResult } from '@sts-net/metrics';
import { labelsOf, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { type CaseScore, meanScores } from '../scoring/case-score.ts';
import { labelsIn, maskOf } from '../scoring/label-masks.ts';
import type { IntervalOptions } from '../scoring/mean-interval.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { defaultTolerance, emptyMasks, type ScoringOptions } from '../scoring/scoring-options.ts';
import type { LesionScores } from './lesion-scores.ts';
import { checkSizes, sizeEdges } from './lesion-sizes.ts';
import { type MeanScore, meansOverCases, recallOverCases, type SizeRecall } from './mean-scores.ts';
import {
  type MeasuredLabel,
  meanParts,
  type Parts,
  partsOf,
  type ScoreLabelOptions,
  scoreLabel,
} from './score-label.ts';
import type { SliceScores } from './slice-scores.ts';

/** A prediction with its truth, labels of one shape. */
export interface VolumePair {
  readonly id: string;
  /** Whose it is. @default the id */
  readonly patient?: string | undefined;
  readonly prediction: Volume<Uint8Array>;
  readonly truth: Volume<Uint8Array>;
  /** 1 for each voxel, in C order, on which nothing counts. @default none */
  readonly ignored?: Uint8Array;
  /** The axis that its slices are cut across. @default that of all */
  readonly axis?: 0 | 1 | 2;
}

export interface EvaluateVolumesOptions extends ScoringOptions, IntervalOptions {
  /**
   * The labels that are scored, each by itself, and their mean; `'each'` are those that any pair holds.
   * @default all above 0 as one
   */
  readonly labels?: readonly number[] | 'each';
  /**
   * Volumes in mm³, rising, between which the recall of lesions is counted; in pictures pixels.
   * @default the quartiles of all true lesions that are scored
   */
  readonly sizes?: readonly number[] | undefined;
}

/** The scores of one label. */
export interface LabelScores<Score> extends Parts<Score> {
  readonly label: number;
}

export interface EvaluatedCase extends Parts<CaseScore> {
  readonly id: string;
  readonly patient: string;
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
}

/**
 * Scores label volumes slice by slice (the paper's protocol and what it hides), volume by volume, and
 * lesion by lesion.
 *
 * @param axis the axis of `[slice, row, column]` that slices are cut across
 * @throws RangeError naming the case, if prediction and truth differ in shape; or if sizes do not rise
 */
export async function evaluateVolumes(
  pairs: Iterable<VolumePair> | AsyncIterable<VolumePair>,
  axis: 0 | 1 | 2 = 0,
  options: EvaluateVolumesOptions = {},
): Promise<Evaluation> {
  const { sizes } = options;
  if (sizes !== undefined) checkSizes(sizes);
  const measured: MeasuredCase[] = [];
  for await (const pair of pairs) measured.push(measureCase(pair, pair.axis ?? axis, options));
  const { empty } = emptyMasks(options);
  const labels = labelsOfAll(measured);
  const ofLabels = labels.map((label) => measured.map((one) => one.of(label)));
  const edges = sizes ?? sizeEdges(ofLabels.flat().flatMap(({ lesions }) => lesions));
  const cases = measured.map(({ id, patient }, i): EvaluatedCase => {
    const scored = ofLabels.map((of, l) => {
      const { slices, ...parts } = partsOf([of[i]!], empty, edges);
      const { cases: _, ...own } = slices;
      return { label: labels[l] ?? 1, slices: own, ...parts, scores: of[i]!.scores };
    });
    const scores = meanScores(
      scoreNames,
      scored.map((one) => one.scores),
    );
    return { id, patient, ...meanParts(scored), scores, labels: several(scored) };
  });
  const patients = measured.map(({ patient }) => patient);
  const means = (of: readonly Pick<MeasuredLabel, 'scores'>[]) =>
    meansOverCases(
      of.map((one) => one.scores),
      patients,
      options,
    );
  const scored = ofLabels.map((of, l) => ({
    label: labels[l] ?? 1,
    ...partsOf(of, empty, edges),
    scores: means(of),
  }));
  const together = meanParts(scored);
  const bins = cases.map((one) => one.recallBySize);
  const recallBySize = recallOverCases(together.recallBySize, bins, patients, options);
  return { ...together, recallBySize, scores: means(cases), labels: several(scored), cases };
}

function measureCase(
  pair: VolumePair,
  axis: 0 | 1 | 2,
  options: EvaluateVolumesOptions,
): MeasuredCase {
  const { labels: asked = [], tolerance = defaultTolerance } = options;
  const { id, patient = id } = pair;
  const { prediction, truth, ignored } = readPair(pair);
  const labels = asked === 'each' ? labelsIn([prediction, truth]) : asked;
  const { spacing } = pair.truth;
  const how = { id, spacing, axis, ignored, tolerance, rule: emptyMasks(options) };
  const scored = new Map<number | undefined, MeasuredLabel>();
  for (const label of labels.length === 0 ? [undefined] : labels) {
    scored.set(label, scoreLabel(maskOf(prediction, label), maskOf(truth, label), how));
  }
  return new MeasuredCase(id, patient, scored, how, truth.shape);
}

/** What was measured of the labels of one case; holds none of its voxels but those that are ignored. */
class MeasuredCase {
  readonly id: string;
  readonly patient: string;
  readonly #scored: ReadonlyMap<number | undefined, MeasuredLabel>;
  readonly #how: ScoreLabelOptions;
  readonly #shape: readonly number[];

  constructor(
    id: string,
    patient: string,
    scored: ReadonlyMap<number | undefined, MeasuredLabel>,
    how: ScoreLabelOptions,
    shape: readonly number[],
  ) {
    this.id = id;
    this.patient = patient;
    this.#scored = scored;
    this.#how = how;
    this.#shape = [...shape];
  }

  /** The labels that are asked for, or those that it holds; `undefined` is all above 0 as one. */
  get labels(): readonly (number | undefined)[] {
    return [...this.#scored.keys()];
  }

  /** Of one of them, or of one that is nowhere in the case. */
  of(label: number | undefined): MeasuredLabel {
    const size = this.#shape.reduce((product, length) => product * length, 1);
    const nothing = () => ndarray(new Uint8Array(size), [...this.#shape]);
    return this.#scored.get(label) ?? scoreLabel(nothing(), nothing(), this.#how);
  }
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

/** Labels in C order. */
function readPair({ id, prediction, truth, ignored }: VolumePair) {
  const [p, t] = [labelsOf(prediction).voxels, labelsOf(truth).voxels];
  if (p.shape.join() !== t.shape.join()) {
    throw new RangeError(
      `case '${id}': prediction and truth must have one shape, got [${p.shape.join(', ')}] and [${t.shape.join(', ')}]; are they of the same image?`,
    );
  }
  return { prediction: p, truth: t, ignored: ignored && ndarray(ignored, [...t.shape]) };
}
