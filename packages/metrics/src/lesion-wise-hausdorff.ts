import { checkPercentile, hausdorffDistance } from './boundary.ts';
import type { Box, Components } from './connected-components.ts';
import { emptyRule, emptyValue } from './empty.ts';
import { findLesions } from './find-lesions.ts';
import type { LabelGrid } from './grid.ts';
import type { LesionWiseOptions } from './lesion-wise-options.ts';
import { subject } from './pair.ts';
import { defaultEmpty } from './score.ts';
import { checkSurface, measureSurfaces } from './surface-distances.ts';

export interface LesionWiseHausdorffOptions extends LesionWiseOptions {
  /** Percentile of the distances, 0 … 100. @default 95 */
  readonly percentile?: number;
  /**
   * What a missed and a false lesion count, mm.
   * @default 374, the diagonal of a BraTS scan (240 × 240 × 155 voxels of 1 mm)
   */
  readonly penalty?: number;
  /** What the surface of a mask is, see `SurfaceDistancesOptions`. @default 'pixels' */
  readonly surface?: 'pixels' | 'area';
}

export interface LesionWiseHausdorff {
  /** Mean over the lesions of the truth and the false positives, mm. */
  readonly mean: number;
  /** Of each lesion of the truth, in the order of `lesionWise`; the penalty where it was missed. */
  readonly distances: readonly number[];
  readonly falsePositives: number;
}

/**
 * Hausdorff distance lesion by lesion as in the BraTS challenges: of each lesion of the truth to the
 * predicted lesions it matches, taken together, with a penalty for every miss and false positive.
 * Undefined where there are no lesions at all; its worst value is the penalty.
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
  const where = subject('lesionWiseHausdorff', options.id);
  const { percentile = 95, penalty = 374, surface = 'pixels', empty = defaultEmpty } = options;
  if (!(penalty >= 0 && Number.isFinite(penalty))) {
    throw new RangeError(
      `${where}: \`penalty\` must be a length in mm of at least 0, got ${penalty}`,
    );
  }
  checkPercentile(percentile, where);
  checkSurface(surface, where);
  const { present, predicted, matched, spacing } = findLesions(prediction, truth, options, where);
  const partners = new Map<number, number[]>();
  for (const pair of matched) {
    partners.set(pair.truth, [...(partners.get(pair.truth) ?? []), pair.prediction]);
  }
  const distances = Array.from({ length: present.own.count }, (_, index) => {
    const lesion = [index + 1];
    const found = partners.get(index + 1);
    if (found === undefined) return penalty;
    const box = around([
      ...lesion.map((label) => present.own.box(label)),
      ...found.map((label) => predicted.own.box(label)),
    ]);
    const surfaces = measureSurfaces(
      cut(predicted.own, found, box),
      cut(present.own, lesion, box),
      { spacing, surface },
      where,
    );
    return hausdorffDistance(surfaces, { percentile });
  });
  const hits = new Set(matched.map((pair) => pair.prediction)).size;
  const falsePositives = predicted.own.count - hits;
  const scored = distances.length + falsePositives;
  const sum = distances.reduce((total, distance) => total + distance, falsePositives * penalty);
  const mean = scored > 0 ? sum / scored : emptyValue(emptyRule(empty, true), penalty);
  return { mean, distances, falsePositives };
}

function around(boxes: readonly Box[]): Box {
  return boxes.reduce((all, { start, end }) => ({
    start: all.start.map((value, axis) => Math.min(value, start[axis]!)),
    end: all.end.map((value, axis) => Math.max(value, end[axis]!)),
  }));
}

/** A box of the mask of some components. */
function cut({ labels, shape }: Components, wanted: readonly number[], box: Box): LabelGrid {
  const size = box.end.map((end, axis) => end - box.start[axis]!);
  const kept = new Set(wanted);
  const data = new Uint8Array(size.reduce((a, b) => a * b));
  for (let i = 0; i < data.length; i++) {
    let rest = i;
    let at = 0;
    for (let axis = shape.length - 1, step = 1; axis >= 0; axis--) {
      at += step * (box.start[axis]! + (rest % size[axis]!));
      rest = Math.floor(rest / size[axis]!);
      step *= shape[axis]!;
    }
    data[i] = kept.has(labels[at]!) ? 1 : 0;
  }
  return { data, shape: size };
}
