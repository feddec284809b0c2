import {
  type Components,
  type Connectivity,
  describeLabels,
  labelMask,
} from './connected-components.ts';
import { dilate } from './dilate.ts';

/** The lesions of a mask. */
export interface LesionComponents {
  readonly own: Components;
  /** The lesion that each pixel belongs to or, within the dilation, lies near; 0 for none. */
  readonly reach: Int32Array;
}

/**
 * Tells the lesions of a mask of 0 and 1 apart, as connected components of the mask grown by
 * `dilation` pixels.
 */
export function lesionComponents(
  mask: Uint8Array,
  shape: readonly number[],
  connectivity: Connectivity,
  dilation: number,
): LesionComponents {
  const grown = dilation > 0 ? dilate(mask, shape, dilation) : mask;
  const all = labelMask(grown, shape, connectivity);
  if (dilation === 0) return { own: all, reach: all.labels };
  const own = all.labels.map((label, i) => label * mask[i]!);
  return { own: describeLabels(own, shape, all.count), reach: all.labels };
}
