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
import { binaryMask } from './mask.ts';
import { gridPair } from './pair.ts';
import { checkSpacing } from './spacing.ts';

/** The lesions of a prediction and its truth and how they belong together. */
export interface FoundLesions {
  readonly present: LesionComponents;
  readonly predicted: LesionComponents;
  /** All that overlap. */
  readonly pairs: readonly LesionPair[];
  /** Those of them that match. */
  readonly matched: readonly LesionPair[];
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
  const { matching = 'any-overlap', iouThreshold, label, minimumSize = 1, dilation = 0 } = options;
  checkMatching(matching, iouThreshold, where);
  checkWhole(minimumSize, 'minimumSize', 1, where);
  checkWhole(dilation, 'dilation', 0, where);
  const pair = gridPair(prediction, truth, where);
  const { shape } = pair;
  const spacing = checkSpacing(options.spacing, shape, where);
  const connectivity = checkConnectivity(options.connectivity, shape.length, where);
  const components = (role: 'prediction' | 'truth', growth: number) => {
    const mask = binaryMask(pair[role], shape, label, `${where}: ${role}`);
    return lesionComponents(mask, shape, connectivity, minimumSize, growth);
  };
  const predicted = components('prediction', 0);
  const present = components('truth', dilation);
  const pairs = overlappingPairs(present, predicted);
  const matched = matchLesions(pairs, matching, iouThreshold ?? 0.5);
  return { present, predicted, pairs, matched, shape, spacing };
}

function checkWhole(value: number, name: string, least: number, where: string): void {
  if (!(Number.isInteger(value) && value >= least)) {
    throw new RangeError(
      `${where}: \`${name}\` must be a whole number of pixels of at least ${least}, got ${value}`,
    );
  }
}
