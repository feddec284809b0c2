import { checkConnectivity } from './connected-components.ts';
import type { LabelGrid } from './grid.ts';
import { type LesionComponents, lesionComponents } from './lesion-components.ts';
import {
  checkMatching,
  type LesionPair,
  matchLesions,
  overlappingPairs,
} from './lesion-matching.ts';
import type { LesionWiseOptions } from './lesion-wise-options.ts';
import { maskPair } from './mask.ts';
import { type PanopticCounts, panopticCounts } from './panoptic.ts';

/** The lesions of a prediction and its truth and how they belong together. */
export interface FoundLesions {
  readonly present: LesionComponents;
  readonly predicted: LesionComponents;
  /** Labels of the true lesions that are scored: of at least the minimum size. */
  readonly truths: ReadonlySet<number>;
  /** Labels of the predicted ones that are: all but those that overlap only true ones that are not. */
  readonly predictions: ReadonlySet<number>;
  /** All that overlap. */
  readonly pairs: readonly LesionPair[];
  /** Those of them that match, of what is scored. */
  readonly matched: readonly LesionPair[];
  readonly panoptic: PanopticCounts;
  readonly shape: readonly number[];
  readonly spacing: readonly number[];
}

/** Finds and matches lesions on behalf of the function and case that `where` names. */
export function findLesions(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: LesionWiseOptions,
  where: string,
): FoundLesions {
  const { matching = 'any-overlap', iouThreshold, minimumSize = 1, dilation = 0 } = options;
  checkMatching(matching, iouThreshold, where);
  checkWhole(minimumSize, 'minimumSize', 1, where);
  checkWhole(dilation, 'dilation', 0, where);
  const { masks, shape, spacing } = maskPair(prediction, truth, options, where);
  const [p, t] = masks;
  const connectivity = checkConnectivity(options.connectivity, shape.length, where);
  const present = lesionComponents(t, shape, connectivity, dilation);
  const { own } = lesionComponents(p, shape, connectivity, dilation);
  const joined = { own, reach: own.labels };
  // BraTS compares what is joined in the truth with the parts of the prediction.
  const predicted =
    matching === 'any-overlap' && dilation > 0
      ? lesionComponents(p, shape, connectivity, 0)
      : joined;
  const truths = labelsWhere(present, (label) => present.own.sizes[label]! >= minimumSize);
  const scored = (own: LesionComponents) => {
    const pairs = overlappingPairs(present, own);
    const touched = new Map<number, boolean>();
    for (const one of pairs) {
      touched.set(one.prediction, truths.has(one.truth) || touched.get(one.prediction) === true);
    }
    return { pairs, predictions: labelsWhere(own, (label) => touched.get(label) !== false) };
  };
  const { pairs, predictions } = scored(predicted);
  const whole = joined === predicted ? { pairs, predictions } : scored(joined);
  return {
    present,
    predicted,
    truths,
    predictions,
    pairs,
    matched: matchLesions(
      pairs.filter(({ truth: label }) => truths.has(label)),
      matching,
      iouThreshold ?? 0.5,
      { truth: present.own, prediction: predicted.own },
    ),
    panoptic: panopticCounts(whole.pairs, truths, whole.predictions),
    shape,
    spacing,
  };
}

function labelsWhere(
  { own }: LesionComponents,
  wanted: (label: number) => boolean,
): ReadonlySet<number> {
  return new Set(Array.from({ length: own.count }, (_, i) => i + 1).filter(wanted));
}

function checkWhole(value: number, name: string, least: number, where: string): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new RangeError(
      `${where}: \`${name}\` must be a whole number of pixels of at least ${least}, got ${value}`,
    );
  }
}
