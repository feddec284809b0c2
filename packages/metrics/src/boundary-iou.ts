import { checkOptions } from './check-options.ts';
import { cutToContent } from './content.ts';
import { squaredDistances } from './distance-transform.ts';
import { defaultEmpty, emptyRule, emptyValue, share } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import { maskPair } from './mask.ts';
import { isUpTo } from './near.ts';
import type { EmptyOptions } from './score.ts';
import { diagonalOf, flattened } from './single-axis.ts';
import { boundaryOptionNames, type SurfaceDistancesOptions } from './surface-distances.ts';

export interface BoundaryIoUOptions extends Omit<SurfaceDistancesOptions, 'surface'>, EmptyOptions {
  /**
   * How deep under its boundary a mask is compared, in mm, at least the smallest spacing.
   * @default 2 % of the image's diagonal, or the largest spacing where that is more
   */
  readonly width?: number;
}

/**
 * Boundary IoU (Cheng et al. 2021), 0 … 1: the IoU of the parts of both masks that lie at most
 * `width` from the nearest pixel outside their mask, by Euclidean distance of pixel centres in mm;
 * beyond the image is outside. A 3-D grid of one slice is scored as an image. Undefined where both
 * masks are empty, 0 where one is.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, the spacing or width does not fit, or a label is negative,
 *   fractional or NaN; the message names the case
 */
export function boundaryIoU(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: BoundaryIoUOptions = {},
): number {
  const { empty = defaultEmpty } = options;
  const where = checkOptions('boundaryIoU', options, boundaryOptionNames);
  const pair = flattened(maskPair(prediction, truth, options, where));
  const { spacing } = pair;
  const width = options.width ?? Math.max(0.02 * diagonalOf(pair), ...spacing);
  const least = Math.min(...spacing);
  if (!isUpTo(least, width)) {
    throw new RangeError(
      `${where}: \`width\` must be at least the smallest spacing, ${least} mm, got ${width}; below it no pixel is near a boundary`,
    );
  }
  const { masks, shape } = cutToContent(pair.masks, pair.shape);
  const [p, t] = masks.map((mask) => rim(mask, shape, spacing, width)) as [Uint8Array, Uint8Array];
  let both = 0;
  let either = 0;
  for (let i = 0; i < p.length; i++) {
    both += p[i]! & t[i]!;
    either += p[i]! | t[i]!;
  }
  return either > 0 ? both / either : emptyValue(emptyRule(empty, true), share);
}

/** The ones of a mask at most `width` from its nearest zero. */
function rim(
  mask: Uint8Array,
  shape: readonly number[],
  spacing: readonly number[],
  width: number,
): Uint8Array {
  const outside = mask.map((one) => 1 - one);
  const squares = squaredDistances(outside, shape, spacing);
  return mask.map((one, i) => (one === 1 && isUpTo(Math.sqrt(squares[i]!), width) ? 1 : 0));
}
