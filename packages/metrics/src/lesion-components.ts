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
 * `dilation` pixels, and drops those of fewer than `minimumSize` pixels of the mask itself.
 */
export function lesionComponents(
  mask: Uint8Array,
  shape: readonly number[],
  connectivity: Connectivity,
  minimumSize: number,
  dilation: number,
): LesionComponents {
  const all = labelMask(dilation > 0 ? dilate(mask, shape, dilation) : mask, shape, connectivity);
  if (dilation === 0 && minimumSize <= 1) return { own: all, reach: all.labels };
  const reach = all.labels;
  const own = dilation > 0 ? reach.map((label, i) => label * mask[i]!) : reach.slice();
  const { sizes } = describeLabels(own, shape, all.count);
  let kept = 0;
  const renamed = sizes.map((size, label) => (label > 0 && size >= minimumSize ? ++kept : 0));
  for (let i = 0; i < reach.length; i++) {
    reach[i] = renamed[reach[i]!]!;
    own[i] = renamed[own[i]!]!;
  }
  return { own: describeLabels(own, shape, kept), reach };
}
