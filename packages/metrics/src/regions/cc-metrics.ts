import { normalizedSurfaceDice } from '../boundary.ts';
import { boxAround, cutLabels, sizeOf } from '../boxes.ts';
import { checkLength, checkOneOf, checkOptions } from '../check-options.ts';
import {
  type Components,
  type Connectivity,
  checkConnectivity,
  describeLabels,
  labelMask,
} from '../connected-components.ts';
import { defaultEmpty, type EmptyPolicy, emptyRule, emptyValue, share } from '../empty.ts';
import type { LabelGrid } from '../grid.ts';
import { type MaskPair, maskPair } from '../mask.ts';
import { singleAxis, withoutAxis } from '../single-axis.ts';
import { distancesOf, surfaceKinds } from '../surface-distances.ts';
import { voronoiRegions } from './voronoi-regions.ts';

export interface CcDiceOptions {
  /** What makes pixels one lesion of the truth. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /** What the mean is where the truth is empty. @default { both: 'best', one: 'worst' } */
  readonly empty?: EmptyPolicy;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

export interface CcSurfaceDiceOptions extends CcDiceOptions {
  /** Distance in mm up to which surfaces count as one, at least 0. */
  readonly tolerance: number;
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** What the surface of a mask is, see `SurfaceDistancesOptions`. @default 'pixels' */
  readonly surface?: 'pixels' | 'area';
}

/** A score of each region. */
export interface CcScore {
  /** Over the regions: each lesion of the truth counts the same, whatever its size. */
  readonly mean: number;
  /** Of each lesion of the truth, in the order of `connectedComponents`. */
  readonly regions: readonly number[];
}

const names = 'connectivity label empty id';

/**
 * CC-Dice (Jaus et al., AAAI 2025), 0 … 1: the mean of the Dice in the Voronoi region of each lesion of
 * the truth, so that small lesions count as much as large ones, and what is falsely marked costs the lesion
 * that it lies nearest to. Regions are by distance in pixels, as in CC-Metrics.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, the connectivity does not fit, or a label is negative, fractional
 *   or NaN; the message names the case
 */
export function ccDice(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: CcDiceOptions = {},
): CcScore {
  const where = checkOptions('ccDice', options, names);
  const { masks, lesions, regions } = regionsOf(prediction, truth, options, where);
  const sizes = new Float64Array(lesions.count + 1);
  const both = new Float64Array(lesions.count + 1);
  for (let i = 0; i < regions.length; i++) {
    const [p, t] = [masks[0][i]!, masks[1][i]!];
    sizes[regions[i]!]! += p + t;
    both[regions[i]!]! += p & t;
  }
  const scores = Array.from(
    { length: lesions.count },
    (_, k) => (2 * both[k + 1]!) / sizes[k + 1]!,
  );
  return meanOf(scores, masks, options);
}

/**
 * CC-NSD (Jaus et al., AAAI 2025), 0 … 1: the mean of the normalized surface Dice in the Voronoi region of
 * each lesion of the truth; 0 where a region holds no prediction. Where a border of regions cuts the
 * prediction, the cut is a surface, as in CC-Metrics.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError as `ccDice`, or where `tolerance`, `spacing` or `surface` does not fit
 */
export function ccNormalizedSurfaceDice(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: CcSurfaceDiceOptions,
): CcScore {
  const where = checkOptions(
    'ccNormalizedSurfaceDice',
    options ?? {},
    `tolerance ${names} spacing surface`,
  );
  const { tolerance, surface = 'pixels' } = options ?? {};
  checkLength(tolerance, 'tolerance', where);
  checkOneOf(surface, 'surface', surfaceKinds, where);
  const { masks, lesions, regions, shape, spacing } = regionsOf(prediction, truth, options, where);
  const axis = singleAxis({ shape });
  const predicted = describeLabels(
    regions.map((region, i) => region * masks[0][i]!),
    shape,
    lesions.count,
  );
  const scores = Array.from({ length: lesions.count }, (_, k) => {
    const region = k + 1;
    const box = boxAround([lesions.box(region), predicted.box(region)]);
    const part = (one: Components) => cutLabels(one, [region], box);
    const distances = distancesOf(
      {
        masks: [part(predicted), part(lesions)],
        shape: withoutAxis(sizeOf(box), axis),
        spacing: withoutAxis(spacing, axis),
      },
      surface,
    );
    return normalizedSurfaceDice(distances, { tolerance });
  });
  return meanOf(scores, masks, options);
}

/** The lesions of the truth and which of them each pixel is nearest to. */
function regionsOf(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: CcDiceOptions & { readonly spacing?: readonly number[] },
  where: string,
): MaskPair & { readonly lesions: Components; readonly regions: Int32Array } {
  const pair = maskPair(prediction, truth, options, where);
  const connectivity = checkConnectivity(options.connectivity, pair.shape.length, where);
  const lesions = labelMask(pair.masks[1], pair.shape, connectivity);
  return { ...pair, lesions, regions: voronoiRegions(lesions) };
}

function meanOf(
  regions: readonly number[],
  masks: MaskPair['masks'],
  { empty = defaultEmpty }: CcDiceOptions,
): CcScore {
  const mean =
    regions.length > 0
      ? regions.reduce((sum, score) => sum + score, 0) / regions.length
      : emptyValue(emptyRule(empty, !masks[0].includes(1)), share);
  return { mean, regions };
}
