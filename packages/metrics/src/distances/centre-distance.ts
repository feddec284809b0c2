import type { PenaltyOptions } from '../boundary.ts';
import { checkLength, checkOptions } from '../check-options.ts';
import { describeLabels } from '../connected-components.ts';
import { defaultEmpty, emptyRule, emptyValue } from '../empty.ts';
import type { LabelGrid } from '../grid.ts';
import { maskPair } from '../mask.ts';
import { diagonalOf } from '../single-axis.ts';

export interface CentreDistanceOptions extends PenaltyOptions {
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** The label whose pixels are scored. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * Distance of the centres of mass of two masks in mm, 0 … diagonal of the image. Undefined where a mask is
 * empty; its worst value is the diagonal, or `penalty`.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, the spacing or penalty does not fit, or a label is negative,
 *   fractional or NaN; the message names the case
 */
export function centreDistance(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: CentreDistanceOptions = {},
): number {
  const where = checkOptions('centreDistance', options, 'spacing label empty penalty id');
  const { empty = defaultEmpty } = options;
  const pair = maskPair(prediction, truth, options, where);
  const { penalty = diagonalOf(pair) } = options;
  checkLength(penalty, 'penalty', where);
  const [p, t] = pair.masks.map((mask) => {
    const { sizes, centroid } = describeLabels(Int32Array.from(mask), pair.shape, 1);
    return sizes[1]! > 0 ? centroid(1) : undefined;
  });
  if (p === undefined || t === undefined) {
    return emptyValue(emptyRule(empty, p === t), { best: 0, worst: penalty });
  }
  return Math.hypot(...p.map((at, axis) => (at - t[axis]!) * pair.spacing[axis]!));
}
