import { type EmptyPolicy, emptyRule, emptyValue } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import { defaultEmpty, type EmptyOptions } from './score.ts';
import {
  measureSurfaces,
  type SurfaceDistances,
  type SurfaceDistancesOptions,
} from './surface-distances.ts';

export interface HausdorffOptions extends EmptyOptions {
  /** Percentile of the distances, 0 … 100; 95 forgives the farthest 5 %. @default 100 */
  readonly percentile?: number;
}

/**
 * Hausdorff distance in mm, 0 … diagonal of the image: the larger of two percentiles, that of the
 * distances from the prediction's surface to the truth's and that of the way back, each interpolated
 * linearly between ranks. Undefined where a mask is empty; its worst value is the diagonal.
 *
 * @throws RangeError as `surfaceDistances`, or where `percentile` is not from 0 to 100
 */
export function hausdorffDistance(
  prediction: LabelGrid,
  truth: LabelGrid,
  options?: SurfaceDistancesOptions & HausdorffOptions,
): number;
export function hausdorffDistance(distances: SurfaceDistances, options?: HausdorffOptions): number;
export function hausdorffDistance(...args: unknown[]): number {
  const { distances, options } = measured<HausdorffOptions>('hausdorffDistance', args);
  const { percentile = 100, empty } = options;
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new RangeError(
      `\`hausdorffDistance\`: \`percentile\` must be from 0 to 100, got ${percentile}`,
    );
  }
  return ofSurfaces(distances, distances.diagonal, empty, (there, back) =>
    Math.max(quantile(there, percentile / 100), quantile(back, percentile / 100)),
  );
}

/**
 * Average symmetric surface distance in mm, 0 … diagonal of the image: the mean of the distances of
 * all surface pixels of both masks. Undefined where a mask is empty; its worst value is the diagonal.
 *
 * @throws RangeError as `surfaceDistances`
 */
export function averageSymmetricSurfaceDistance(
  prediction: LabelGrid,
  truth: LabelGrid,
  options?: SurfaceDistancesOptions & EmptyOptions,
): number;
export function averageSymmetricSurfaceDistance(
  distances: SurfaceDistances,
  options?: EmptyOptions,
): number;
export function averageSymmetricSurfaceDistance(...args: unknown[]): number {
  const { distances, options } = measured<EmptyOptions>('averageSymmetricSurfaceDistance', args);
  return ofSurfaces(
    distances,
    distances.diagonal,
    options.empty,
    (there, back) => (sum(there) + sum(back)) / (there.length + back.length),
  );
}

export interface NormalizedSurfaceDiceOptions extends EmptyOptions {
  /** Distance in mm up to which surfaces count as one, at least 0. */
  readonly tolerance: number;
}

/**
 * Normalized surface Dice (surface Dice at a tolerance; Nikolov et al. 2021), 0 … 1: the share of the
 * surface pixels of both masks that lie within `tolerance` of the other's surface. Undefined where a
 * mask is empty; its worst value is 0.
 *
 * @throws RangeError as `surfaceDistances`, or where `tolerance` is missing or below 0
 */
export function normalizedSurfaceDice(
  prediction: LabelGrid,
  truth: LabelGrid,
  options: SurfaceDistancesOptions & NormalizedSurfaceDiceOptions,
): number;
export function normalizedSurfaceDice(
  distances: SurfaceDistances,
  options: NormalizedSurfaceDiceOptions,
): number;
export function normalizedSurfaceDice(...args: unknown[]): number {
  const { distances, options } = measured<NormalizedSurfaceDiceOptions>(
    'normalizedSurfaceDice',
    args,
  );
  const { tolerance, empty } = options;
  if (!(tolerance !== undefined && tolerance >= 0)) {
    throw new RangeError(
      `\`normalizedSurfaceDice\`: \`tolerance\` must be a length in mm of at least 0, got ${tolerance}`,
    );
  }
  return ofSurfaces(
    distances,
    0,
    empty,
    (there, back) =>
      (within(there, tolerance) + within(back, tolerance)) / (there.length + back.length),
  );
}

/** The distances and the options that either form of a call gives. */
function measured<Options>(
  caller: string,
  args: readonly unknown[],
): { distances: SurfaceDistances; options: Partial<Options> } {
  const [first, second, third] = args;
  if (typeof first === 'object' && first !== null && 'predictionToTruth' in first) {
    return { distances: first as SurfaceDistances, options: (second as Partial<Options>) ?? {} };
  }
  const options = (third as SurfaceDistancesOptions & Partial<Options>) ?? {};
  const distances = measureSurfaces(first as LabelGrid, second as LabelGrid, options, caller);
  return { distances, options };
}

/** The score of two surfaces, or what the rule for empty masks says. */
function ofSurfaces(
  { predictionToTruth, truthToPrediction }: SurfaceDistances,
  worst: number,
  empty: EmptyPolicy = defaultEmpty,
  score: (there: Float64Array, back: Float64Array) => number,
): number {
  const [there, back] = [predictionToTruth.length, truthToPrediction.length];
  if (there > 0 && back > 0) return score(predictionToTruth, truthToPrediction);
  return emptyValue(emptyRule(empty, there + back === 0), worst);
}

function quantile(ascending: Float64Array, share: number): number {
  const at = (ascending.length - 1) * share;
  const below = ascending[Math.floor(at)]!;
  return below + (ascending[Math.ceil(at)]! - below) * (at - Math.floor(at));
}

function sum(values: Float64Array): number {
  let total = 0;
  for (const value of values) total += value;
  return total;
}

/** How many of the ascending values are at most `limit`, a rounding error aside. */
function within(ascending: Float64Array, limit: number): number {
  const reach = limit * (1 + 1e-9);
  let low = 0;
  let high = ascending.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ascending[middle]! <= reach) low = middle + 1;
    else high = middle;
  }
  return low;
}
