import { checkOptions } from '../check-options.ts';
import {
  type Components,
  type Connectivity,
  checkConnectivity,
  labelMask,
} from '../connected-components.ts';
import type { LabelGrid } from '../grid.ts';
import { maskPair } from '../mask.ts';

export interface LesionLoadOptions {
  /** What makes pixels one lesion; 18 in autoPET. @default 8 in 2-D, 26 in 3-D */
  readonly connectivity?: Connectivity;
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** The label whose pixels are lesions. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/** How much lesion and how many lesions there are. Volumes in ml; areas of 2-D masks in cm². */
export interface LesionLoad {
  readonly truth: { readonly volume: number; readonly count: number };
  readonly prediction: { readonly volume: number; readonly count: number };
  /** Predicted minus true volume. */
  readonly volumeDifference: number;
  readonly absoluteVolumeDifference: number;
  /** Predicted minus true number of lesions. */
  readonly countDifference: number;
  readonly absoluteCountDifference: number;
  /** Volume of the predicted lesions that share no pixel with the truth, as in autoPET. */
  readonly falsePositiveVolume: number;
  /** Volume of the true lesions that share no pixel with the prediction, as in autoPET. */
  readonly falseNegativeVolume: number;
}

/**
 * Compares volumes and numbers of lesions. All are defined for empty masks.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, the spacing or connectivity does not fit, or a label is
 *   negative, fractional or NaN; the message names the case
 */
export function lesionLoad(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: LesionLoadOptions = {},
): LesionLoad {
  const where = checkOptions('lesionLoad', options, 'connectivity spacing label id');
  const { masks, shape, spacing } = maskPair(prediction, truth, options, where);
  const connectivity = checkConnectivity(options.connectivity, shape.length, where);
  const [p, t] = masks.map((mask) => labelMask(mask, shape, connectivity)) as [
    Components,
    Components,
  ];
  const pixel = spacing.reduce((volume, mm) => (volume * mm) / 10, 1);
  const loadOf = ({ sizes, labels, count }: Components) => ({
    volume: (labels.length - sizes[0]!) * pixel,
    count,
  });
  const [predicted, present] = [loadOf(p), loadOf(t)];
  const pixels = t.sizes[0]! - p.sizes[0]!;
  const count = predicted.count - present.count;
  return {
    truth: present,
    prediction: predicted,
    volumeDifference: pixels * pixel,
    absoluteVolumeDifference: Math.abs(pixels) * pixel,
    countDifference: count,
    absoluteCountDifference: Math.abs(count),
    falsePositiveVolume: pixelsApart(p, masks[1]) * pixel,
    falseNegativeVolume: pixelsApart(t, masks[0]) * pixel,
  };
}

/** Pixels of the components that share none with a mask. */
function pixelsApart({ labels, sizes, count }: Components, mask: Uint8Array): number {
  const met = new Uint8Array(count + 1);
  for (let i = 0; i < mask.length; i++) if (mask[i] === 1) met[labels[i]!] = 1;
  let apart = 0;
  for (let label = 1; label <= count; label++) if (met[label] === 0) apart += sizes[label]!;
  return apart;
}
