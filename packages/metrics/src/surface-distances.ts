import { cutToContent, surface } from './content.ts';
import { squaredDistances } from './distance-transform.ts';
import type { LabelGrid } from './grid.ts';
import { binaryMask } from './mask.ts';
import { gridPair, subject } from './pair.ts';
import { checkSpacing } from './spacing.ts';

export interface SurfaceDistancesOptions {
  /** Size of a pixel along each axis in mm, in the order of the shape. @default 1 each */
  readonly spacing?: readonly number[];
  /** The label whose pixels are scored. @default every label above 0 */
  readonly label?: number;
  /** Name of the case, for messages. @default none */
  readonly id?: string;
}

/**
 * How far the surfaces of two masks lie apart, in mm. The surface of a mask is its pixels that have a
 * neighbour outside it across an edge (2-D) or face (3-D); beyond the image is outside.
 */
export interface SurfaceDistances {
  /**
   * Distance of each surface pixel of the prediction to the surface of the truth, ascending. Empty
   * where the prediction is; infinite where the truth is empty.
   */
  readonly predictionToTruth: Float64Array;
  /** The same of the truth to the prediction. */
  readonly truthToPrediction: Float64Array;
  /** Diagonal of the image, mm: the worst distance there can be. */
  readonly diagonal: number;
}

/**
 * Measures the distances between two surfaces once, for `hausdorffDistance`,
 * `averageSymmetricSurfaceDistance` and `normalizedSurfaceDice` to share.
 *
 * @param prediction 2-D or 3-D labels
 * @param truth labels of the same shape
 * @throws RangeError where shapes differ, the spacing does not fit, or a label is negative,
 *   fractional or NaN; the message names the case
 */
export function surfaceDistances(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: SurfaceDistancesOptions = {},
): SurfaceDistances {
  return measureSurfaces(prediction, truth, options, 'surfaceDistances');
}

/** `surfaceDistances` on behalf of `caller`. */
export function measureSurfaces(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: SurfaceDistancesOptions,
  caller: string,
): SurfaceDistances {
  const where = subject(caller, options.id);
  const pair = gridPair(prediction, truth, where);
  const spacing = checkSpacing(options.spacing, pair.shape, where);
  const mask = (role: 'prediction' | 'truth'): Uint8Array =>
    binaryMask(pair[role], pair.shape, options.label, `${where}: ${role}`);
  const diagonal = Math.hypot(...pair.shape.map((length, axis) => length * spacing[axis]!));
  const { masks, shape } = cutToContent([mask('prediction'), mask('truth')], pair.shape);
  const [p, t] = masks.map((one) => surface(one, shape)) as [Uint8Array, Uint8Array];
  return {
    predictionToTruth: distancesAt(p, t, shape, spacing),
    truthToPrediction: distancesAt(t, p, shape, spacing),
    diagonal,
  };
}

/** Distances from the ones of `from` to the nearest one of `to`, ascending, in mm. */
function distancesAt(
  from: Uint8Array,
  to: Uint8Array,
  shape: readonly number[],
  spacing: readonly number[],
): Float64Array {
  const squares = squaredDistances(to, shape, spacing);
  let count = 0;
  for (let i = 0; i < from.length; i++) count += from[i]!;
  const distances = new Float64Array(count);
  let next = 0;
  for (let i = 0; i < from.length; i++)
    if (from[i] === 1) distances[next++] = Math.sqrt(squares[i]!);
  return distances.sort();
}
