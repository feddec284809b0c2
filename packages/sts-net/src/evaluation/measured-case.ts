import { labelsOf, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { labelsIn, maskOf } from '../scoring/label-masks.ts';
import type { PairProbabilities } from '../scoring/read-probabilities.ts';
import {
  type DetectionOptions,
  defaultTolerance,
  emptyMasks,
  type ScoringOptions,
} from '../scoring/scoring-options.ts';
import { type MeasuredLabel, type ScoreLabelOptions, scoreLabel } from './score-label.ts';

/** A prediction with its truth, labels of one shape. */
export interface VolumePair {
  readonly id: string;
  /** Whose it is. @default the id */
  readonly patient?: string | undefined;
  readonly prediction: Volume<Uint8Array>;
  readonly truth: Volume<Uint8Array>;
  /** By which the labels of the prediction were decided; all pairs have them, or none. @default none */
  readonly probabilities?: PairProbabilities | undefined;
  /** Whether they are of a picture, whose pixels have no size in mm: each counts as 1 mm³. @default false */
  readonly flat?: boolean;
  /** 1 for each voxel, in C order, on which nothing counts. @default none */
  readonly ignored?: Uint8Array;
  /** The axis that its slices are cut across. @default that of all */
  readonly axis?: 0 | 1 | 2;
}

export interface MeasureCaseOptions extends ScoringOptions, DetectionOptions {
  /**
   * The labels that are scored, each by itself, and their mean; `'each'` are those that any pair holds.
   * @default all above 0 as one
   */
  readonly labels?: readonly number[] | 'each';
}

/**
 * Measures a prediction against its truth, label by label.
 *
 * @param axis the axis of `[slice, row, column]` that slices are cut across
 * @throws RangeError naming the case, if prediction and truth differ in shape
 */
export function measureCase(
  pair: VolumePair,
  axis: 0 | 1 | 2,
  options: MeasureCaseOptions,
): MeasuredCase {
  const { labels: asked = [], tolerance = defaultTolerance } = options;
  const { candidateThreshold, candidateOverlap } = options;
  const { id, patient = id, probabilities } = pair;
  const { prediction, truth, ignored } = readPair(pair);
  const held = () => [
    ...new Set([...labelsIn([prediction, truth]), ...(probabilities?.labels ?? [])]),
  ];
  const labels = asked === 'each' ? held() : asked;
  const { spacing } = pair.truth;
  const how = {
    ...{ id, spacing, axis, ignored, tolerance, rule: emptyMasks(options) },
    ...{ candidateThreshold, candidateOverlap },
  };
  const scored = new Map<number | undefined, MeasuredLabel>();
  for (const label of labels.length === 0 ? [undefined] : labels) {
    const hasProbabilities = label === undefined || probabilities?.labels.includes(label);
    const own = hasProbabilities ? probabilities?.of(label) : undefined;
    scored.set(label, scoreLabel(maskOf(prediction, label), maskOf(truth, label), how, own));
  }
  return new MeasuredCase(id, patient, scored, how, truth.shape);
}

/** What was measured of the labels of one case; holds none of its voxels. */
export class MeasuredCase {
  readonly id: string;
  readonly patient: string;
  readonly #scored: ReadonlyMap<number | undefined, MeasuredLabel>;
  readonly #nothing: () => MeasuredLabel;

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
    const size = shape.reduce((product, length) => product * length, 1);
    const empty = () => ndarray(new Uint8Array(size), [...shape]);
    if (how.ignored === undefined) {
      this.#nothing = () => scoreLabel(empty(), empty(), how);
    } else {
      // At once, so that what is ignored need not be kept.
      const nothing = scoreLabel(empty(), empty(), how);
      this.#nothing = () => nothing;
    }
  }

  /** The labels that are asked for, or those that it holds; `undefined` is all above 0 as one. */
  get labels(): readonly (number | undefined)[] {
    return [...this.#scored.keys()];
  }

  /** Of one of them, or of one that is nowhere in the case. */
  of(label: number | undefined): MeasuredLabel {
    return this.#scored.get(label) ?? this.#nothing();
  }
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
