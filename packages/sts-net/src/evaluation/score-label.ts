import {
  type EmptyPolicy,
  type LesionCounts,
  type PaperProtocol,
  paperProtocol,
} from '@sts-net/metrics';
import { recallBySize, type SizeBin } from '@sts-net/metrics/lesions';
import type { NdArray } from 'ndarray';
import { type CaseScores, scoreCase } from '../scoring/case-score.ts';
import { measure } from '../scoring/measure.ts';
import {
  type MeasuredProbabilities,
  measureProbabilities,
} from '../scoring/measure-probabilities.ts';
import { type EmptyMasks, type ScoreName, scoreNames } from '../scoring/scores.ts';
import type { DetectionOptions } from '../scoring/scoring-options.ts';
import { type LesionScores, meanLesions, sumLesions } from './lesion-scores.ts';
import type { SizedLesion } from './lesion-sizes.ts';
import { meanSlices, type SliceScores, scoreSlices } from './slice-scores.ts';

/** What is scored of a label, or the means of several; each score of one case, or over cases. */
export interface Parts<Score> {
  readonly slices: SliceScores;
  /** Lesions as they are connected in 3-D (26 neighbours). */
  readonly lesions: LesionScores;
  /** What truth and prediction hold, ml; means of several labels, and over cases. */
  readonly volumes: Volumes;
  /**
   * Recall of lesions by their volume in mm³, in bins by the quartiles of all true lesions that are scored or
   * as given; of several labels together.
   */
  readonly recallBySize: readonly SizeBin[];
  readonly scores: Readonly<Record<ScoreName, Score>>;
}

export interface Volumes {
  readonly truth: number;
  readonly prediction: number;
}

/** What was measured of one label of one case. */
export interface MeasuredLabel {
  readonly slices: PaperProtocol;
  readonly counts: LesionCounts;
  readonly lesions: readonly SizedLesion[];
  readonly volumes: Volumes;
  readonly scores: CaseScores;
  /** Where there are probabilities. */
  readonly probabilities: MeasuredProbabilities | undefined;
}

export interface ScoreLabelOptions extends DetectionOptions {
  readonly id: string;
  /** mm, `[slice, row, column]`. */
  readonly spacing: readonly number[];
  /** That slices are cut across. */
  readonly axis: 0 | 1 | 2;
  /** 1 for each voxel on which nothing counts. */
  readonly ignored: NdArray<Uint8Array> | undefined;
  readonly tolerance: number;
  readonly rule: EmptyMasks;
}

/**
 * Scores a prediction, a mask of 0 and 1 in C order, against its truth.
 *
 * @param probabilities of the target, in C order
 */
export function scoreLabel(
  prediction: NdArray<Uint8Array>,
  truth: NdArray<Uint8Array>,
  { id, axis, ignored, rule, spacing, tolerance, ...detection }: ScoreLabelOptions,
  probabilities?: Float32Array,
): MeasuredLabel {
  const measured = measure(prediction, truth, { id, spacing, tolerance });
  const { lesions, predictions: _, ...counts } = measured.lesions();
  const load = measured.load();
  return {
    slices: scoreSlices(id, prediction, truth, axis, ignored),
    counts,
    lesions: lesions.map(({ volume, matches }) => ({ volume, matches })),
    volumes: { truth: load.truth.volume, prediction: load.prediction.volume },
    scores: scoreCase(measured, scoreNames, rule),
    probabilities:
      probabilities && measureProbabilities(probabilities, truth, { ...detection, id, ignored }),
  };
}

/**
 * What one label has in one case, or in several together.
 *
 * @param edges volumes between the bins of sizes, mm³
 */
export function partsOf(
  measured: readonly MeasuredLabel[],
  empty: EmptyPolicy,
  edges: readonly number[],
) {
  const slices = paperProtocol();
  for (const one of measured) slices.merge(one.slices);
  const counts = measured.map((one) => one.counts);
  const lesions = measured.flatMap((one) => one.lesions);
  return {
    slices: slices.result(),
    lesions: sumLesions(counts, empty),
    volumes: meanVolumes(measured),
    recallBySize: recallBySize(lesions, edges),
  };
}

/** The means of labels, and the lesions of all by size; what is only one is itself. */
export function meanParts(
  labels: readonly Omit<Parts<unknown>, 'scores'>[],
): Omit<Parts<unknown>, 'scores'> {
  const [only, ...others] = labels;
  const { slices, lesions, volumes, recallBySize } = only!;
  if (others.length === 0) return { slices, lesions, volumes, recallBySize };
  return {
    slices: meanSlices(labels.map((one) => one.slices)),
    lesions: meanLesions(labels.map((one) => one.lesions)),
    volumes: meanVolumes(labels),
    recallBySize: recallBySize.map((_, i) => sumBins(labels.map((one) => one.recallBySize[i]!))),
  };
}

function sumBins(bins: readonly SizeBin[]): SizeBin {
  const sum = (name: 'lesions' | 'found') => bins.reduce((total, one) => total + one[name], 0);
  const [lesions, found] = [sum('lesions'), sum('found')];
  return { ...bins[0]!, lesions, found, recall: found / lesions };
}

function meanVolumes(all: readonly { readonly volumes: Volumes }[]): Volumes {
  const mean = (of: keyof Volumes) =>
    all.reduce((sum, { volumes }) => sum + volumes[of], 0) / all.length;
  return { truth: mean('truth'), prediction: mean('prediction') };
}
