import type { Components } from '../connected-components.ts';
import { passAxis } from '../distance-transform.ts';

/**
 * Which component each pixel is nearest to: the Voronoi regions of the components, by Euclidean
 * distance in pixels to their nearest pixel; a tie goes to the lower number. Takes time linear in the
 * number of pixels.
 *
 * Regions like these are what CC-Metrics score one by one (Jaus et al., AAAI 2025).
 *
 * @param components those of a mask, 2-D or 3-D
 * @returns the region of each pixel in C order, from 1 to `count`; 0 everywhere if there is no component
 */
export function voronoiRegions({ labels, shape, count }: Components): Int32Array {
  const regions = new Int32Array(labels.length);
  if (count === 0) return regions;
  // Squared distances are whole: the number of the component rides on them as a fraction, so that the
  // nearest is found together with whom it belongs to, and the lower number wins among equals.
  const unit = 2 ** Math.ceil(Math.log2(count + 1));
  const nearest = new Float64Array(labels.length);
  for (let i = 0; i < labels.length; i++) {
    nearest[i] = labels[i] === 0 ? Number.POSITIVE_INFINITY : labels[i]! / unit;
  }
  let inner = 1;
  for (let axis = shape.length - 1; axis >= 0; axis--) {
    passAxis(nearest, shape[axis]!, inner, 1);
    inner *= shape[axis]!;
  }
  for (let i = 0; i < regions.length; i++) {
    regions[i] = (nearest[i]! - Math.floor(nearest[i]!)) * unit;
  }
  return regions;
}
