import { checkOptions } from '../check-options.ts';
import { defaultEmpty, emptyRule, emptyValue, share } from '../empty.ts';
import type { LabelGrid } from '../grid.ts';
import { maskPair } from '../mask.ts';
import type { EmptyOptions } from '../score.ts';
import { skeletonOf } from './skeletonize.ts';

export interface CentrelineDiceOptions extends EmptyOptions {
  /** The label whose pixels are scored. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * Centreline Dice (clDice; Shit et al., CVPR 2021), 0 … 1, for vessels and other lines: the harmonic mean of
 * the share of the prediction's skeleton inside the truth and of the truth's skeleton inside the prediction. A
 * break counts, a line that is a little too thick does not. Undefined where a mask is empty.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, or a label is negative, fractional or NaN; the message names
 *   the case
 */
export function centrelineDice(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: CentrelineDiceOptions = {},
): number {
  const where = checkOptions('centrelineDice', options, 'label empty id');
  const { label, empty = defaultEmpty } = options;
  const { masks, shape } = maskPair(prediction, truth, label === undefined ? {} : { label }, where);
  const [p, t] = masks;
  const [precise, sensitive] = [inside(skeletonOf(p, shape), t), inside(skeletonOf(t, shape), p)];
  if (Number.isNaN(precise) || Number.isNaN(sensitive)) {
    const bothEmpty = Number.isNaN(precise) && Number.isNaN(sensitive);
    return emptyValue(emptyRule(empty, bothEmpty), share);
  }
  return precise + sensitive > 0 ? (2 * precise * sensitive) / (precise + sensitive) : 0;
}

/** The share of a skeleton inside a mask; `NaN` without one. */
function inside(skeleton: Uint8Array, mask: Uint8Array): number {
  let [both, all] = [0, 0];
  for (let i = 0; i < skeleton.length; i++) {
    both += skeleton[i]! & mask[i]!;
    all += skeleton[i]!;
  }
  return both / all;
}
