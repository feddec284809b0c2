import {
  type EmptyPolicy,
  type LesionCounts,
  type PaperProtocolResult,
  paperProtocol,
  type ScoreSummary,
} from '@sts-net/metrics';
import { labelsOf, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import {
  type CaseScore,
  type CaseScores,
  meanScores,
  scoreCase,
  summariseScores,
} from '../scoring/case-score.ts';
import { maskOf } from '../scoring/label-masks.ts';
import { measure } from '../scoring/measure.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { defaultTolerance, emptyMasks, type ScoringOptions } from '../scoring/scoring-options.ts';
import { type LesionScores, meanLesions, sumLesions } from './lesion-scores.ts';
import { meanSlices, type SliceScores, scoreSlices } from './slice-scores.ts';

/** A prediction with its truth, labels of one shape. */
export interface VolumePair {
  readonly id: string;
  readonly prediction: Volume<Uint8Array>;
  readonly truth: Volume<Uint8Array>;
  /** 1 for each voxel, in C order, on which nothing counts. @default none */
  readonly ignored?: Uint8Array;
  /** The axis that its slices are cut across. @default that of all */
  readonly axis?: 0 | 1 | 2;
}

export interface EvaluateVolumesOptions extends ScoringOptions {
  /**
   * The labels that are scored, each by itself, and their mean. @default all above 0 as one
   */
  readonly labels?: readonly number[];
}

/** What is scored of a label, or the means of several; each score of one case, or over cases. */
interface Parts<Score> {
  readonly slices: SliceScores;
  /** Lesions as they are connected in 3-D (26 neighbours). */
  readonly lesions: LesionScores;
  readonly scores: Readonly<Record<ScoreName, Score>>;
}

/** The scores of one label. */
export interface LabelScores<Score> extends Parts<Score> {
  readonly label: number;
}

export interface EvaluatedCase extends Parts<CaseScore> {
  readonly id: string;
  /** Of each label, where several are scored; what is above are then their means. */
  readonly labels: readonly LabelScores<CaseScore>[];
}

/** Scores of a set of volumes. */
export interface Evaluation extends Parts<ScoreSummary> {
  /** Over the slices of all cases: the paper's protocol, foreground only, pooled, and the floor. */
  readonly slices: SliceScores & Partial<Pick<PaperProtocolResult, 'cases'>>;
  /** Of the lesions of all cases together: counts added up. */
  readonly lesions: LesionScores;
  /** Over cases, with how many of them the rule for empty masks decided. */
  readonly scores: Readonly<Record<ScoreName, ScoreSummary>>;
  /** Of each label, where several are scored; what is above are then their means. */
  readonly labels: readonly LabelScores<ScoreSummary>[];
  readonly cases: readonly EvaluatedCase[];
}

/**
 * Scores label volumes slice by slice (the paper's protocol and what it hides), volume by volume, and
 * lesion by lesion.
 *
 * @param axis the axis of `[slice, row, column]` that slices are cut across
 * @throws RangeError naming the case, if prediction and truth differ in shape.
 */
export async function evaluateVolumes(
  pairs: Iterable<VolumePair> | AsyncIterable<VolumePair>,
  axis: 0 | 1 | 2 = 0,
  options: EvaluateVolumesOptions = {},
): Promise<Evaluation> {
  const { labels = [], tolerance = defaultTolerance } = options;
  const rule = emptyMasks(options);
  const totals = (labels.length === 0 ? [undefined] : labels).map(
    (label) => new LabelTotal(label, rule.empty),
  );
  const cases: EvaluatedCase[] = [];
  for await (const pair of pairs) {
    const read = readPair(pair);
    const scored = totals.map((total) => {
      const [p, t] = [maskOf(read.prediction, total.label), maskOf(read.truth, total.label)];
      const slices = scoreSlices(pair.id, p, t, pair.axis ?? axis, read.ignored);
      const measured = measure(p, t, { id: pair.id, spacing: pair.truth.spacing, tolerance });
      return total.add(slices, measured.lesions(), scoreCase(measured, scoreNames, rule));
    });
    const scores = meanScores(
      scoreNames,
      scored.map((one) => one.scores),
    );
    cases.push({ id: pair.id, ...meanOf(scored), scores, labels: several(scored) });
  }
  const scored = totals.map((total) => total.result());
  const scores = summariseScores(
    scoreNames,
    cases.map((one) => one.scores),
  );
  return { ...meanOf(scored), scores, labels: several(scored), cases };
}

/** The parts of one label, case by case. */
class LabelTotal {
  readonly label: number | undefined;
  readonly #empty: EmptyPolicy;
  readonly #slices = paperProtocol();
  readonly #lesions: LesionCounts[] = [];
  readonly #scores: CaseScores[] = [];

  constructor(label: number | undefined, empty: EmptyPolicy) {
    this.label = label;
    this.#empty = empty;
  }

  /** Takes a case in. */
  add(
    slices: ReturnType<typeof paperProtocol>,
    lesions: LesionCounts,
    scores: CaseScores,
  ): LabelScores<CaseScore> {
    this.#slices.merge(slices);
    this.#lesions.push(lesions);
    this.#scores.push(scores);
    const { cases: _, ...own } = slices.result();
    return {
      label: this.label ?? 1,
      slices: own,
      lesions: sumLesions([lesions], this.#empty),
      scores,
    };
  }

  result(): LabelScores<ScoreSummary> {
    return {
      label: this.label ?? 1,
      slices: this.#slices.result(),
      lesions: sumLesions(this.#lesions, this.#empty),
      scores: summariseScores(scoreNames, this.#scores),
    };
  }
}

/** What is only one is itself. */
function meanOf(
  labels: readonly Omit<Parts<unknown>, 'scores'>[],
): Pick<Evaluation, 'slices' | 'lesions'> {
  const [only, ...others] = labels;
  if (others.length === 0) return { slices: only!.slices, lesions: only!.lesions };
  return {
    slices: meanSlices(labels.map(({ slices }) => slices)),
    lesions: meanLesions(labels.map(({ lesions }) => lesions)),
  };
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
