import { checkPercentile, hausdorffDistance } from '../boundary.ts';
import { boxAround, cutLabels, sizeOf } from '../boxes.ts';
import { checkLength, checkOneOf, checkOptions } from '../check-options.ts';
import { defaultEmpty, emptyRule, emptyValue } from '../empty.ts';
import { findLesions } from '../find-lesions.ts';
import type { LabelGrid } from '../grid.ts';
import { describeLesions } from '../lesion-wise.ts';
import { type LesionWiseOptions, lesionWiseOptionNames } from '../lesion-wise-options.ts';
import { singleAxis, withoutAxis } from '../single-axis.ts';
import { distancesOf, surfaceKinds } from '../surface-distances.ts';

export interface LesionWiseHausdorffOptions extends LesionWiseOptions {
  /** Percentile of the distances, 0 … 100. @default 95 */
  readonly percentile?: number;
  /**
   * What a missed and a false lesion count, mm.
   * @default 374, the diagonal of a BraTS scan (240 × 240 × 155 voxels of 1 mm)
   */
  readonly penalty?: number;
  /** What the surface of a mask is, see `SurfaceDistancesOptions`. @default 'area', as in BraTS */
  readonly surface?: 'pixels' | 'area';
}

export interface LesionWiseHausdorff {
  /** Mean over the lesions of the truth and the false positives, mm. */
  readonly mean: number;
  /** Of each scored lesion of the truth, in the order of `lesionWise`; the penalty for a miss. */
  readonly distances: readonly number[];
  readonly falsePositives: number;
}

/**
 * Hausdorff distance lesion by lesion, as the BraTS challenges of 2023 take it: of each lesion of the
 * truth to the predicted lesions it matches, taken together, with a penalty for every miss and false
 * positive. With spacings of 1 mm, `{ dilation: 3, minimumSize: 51 }` is that of gliomas, and `{ dilation: 1,
 * minimumSize: 3 }` that of metastases. Undefined where there are no lesions at all; its worst value is
 * the penalty.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError as `lesionWise`, or where `percentile`, `penalty` or `surface` does not fit
 */
export function lesionWiseHausdorff(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: LesionWiseHausdorffOptions = {},
): LesionWiseHausdorff {
  const where = checkOptions(
    'lesionWiseHausdorff',
    options,
    `${lesionWiseOptionNames} percentile penalty surface`,
  );
  const { percentile = 95, penalty = 374, surface = 'area', empty = defaultEmpty } = options;
  checkLength(penalty, 'penalty', where);
  checkPercentile(percentile, where);
  checkOneOf(surface, 'surface', surfaceKinds, where);
  const found = findLesions(prediction, truth, options, where);
  const { present, predicted } = found;
  const single = singleAxis(found);
  const spacing = withoutAxis(found.spacing, single);
  const distances = describeLesions(found, 'truth').map(({ label, matches, box: own }) => {
    if (matches.length === 0) return penalty;
    const box = boxAround([own, ...matches.map((one) => predicted.own.box(one))]);
    const masks = [
      cutLabels(predicted.own, matches, box),
      cutLabels(present.own, [label], box),
    ] as const;
    const surfaces = distancesOf(
      { masks, shape: withoutAxis(sizeOf(box), single), spacing },
      surface,
    );
    return hausdorffDistance(surfaces, { percentile });
  });
  const falsePositives = describeLesions(found, 'prediction').filter(
    ({ matches }) => matches.length === 0,
  ).length;
  const scored = distances.length + falsePositives;
  const sum = distances.reduce((total, distance) => total + distance, falsePositives * penalty);
  const mean =
    scored > 0 ? sum / scored : emptyValue(emptyRule(empty, true), { best: 0, worst: penalty });
  return { mean, distances, falsePositives };
}
