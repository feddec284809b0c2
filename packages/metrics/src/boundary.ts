import { type EmptyPolicy, emptyRule, emptyValue } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import { subject } from './pair.ts';
import { defaultEmpty, type EmptyOptions } from './score.ts';
import {
  type DirectedDistances,
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
 * linearly between ranks (with `surface: 'area'`, where that share of the area is reached). Undefined where a mask is empty; its worst value is the diagonal.
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
  checkPercentile(percentile, subject('hausdorffDistance', undefined));
  return ofSurfaces(distances, distances.diagonal, empty, (there, back) =>
    Math.max(quantile(there, percentile / 100), quantile(back, percentile / 100)),
  );
}

/** Throws where `percentile` is none. */
export function checkPercentile(percentile: number, where: string): void {
  if (!(percentile >= 0 && percentile <= 100)) {
    throw new RangeError(`${where}: \`percentile\` must be from 0 to 100, got ${percentile}`);
  }
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
    (there, back) => (sum(there) + sum(back)) / (weight(there) + weight(back)),
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
      (weight(there, within(there, tolerance)) + weight(back, within(back, tolerance))) /
      (weight(there) + weight(back)),
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
  const where = subject(caller, options.id);
  const distances = measureSurfaces(first as LabelGrid, second as LabelGrid, options, where);
  return { distances, options };
}

/** The score of two surfaces, or what the rule for empty masks says. */
function ofSurfaces(
  { predictionToTruth, truthToPrediction }: SurfaceDistances,
  worst: number,
  empty: EmptyPolicy = defaultEmpty,
  score: (there: DirectedDistances, back: DirectedDistances) => number,
): number {
  const there = predictionToTruth.distances.length;
  const back = truthToPrediction.distances.length;
  if (there > 0 && back > 0) return score(predictionToTruth, truthToPrediction);
  return emptyValue(emptyRule(empty, there + back === 0), worst);
}

/** Between ranks where elements count alike; with areas, the first that reaches the share of all. */
function quantile(directed: DirectedDistances, share: number): number {
  const { distances, areas } = directed;
  const last = distances.length - 1;
  if (areas === undefined) {
    const below = distances[Math.floor(last * share)]!;
    const above = distances[Math.ceil(last * share)]!;
    return below + (above - below) * (last * share - Math.floor(last * share));
  }
  if (share === 1) return distances[last]!;
  const enough = share * weight(directed) * (1 - 1e-12);
  let reached = 0;
  for (let i = 0; i < last; i++) {
    reached += areas[i]!;
    if (reached >= enough) return distances[i]!;
  }
  return distances[last]!;
}

function sum({ distances, areas }: DirectedDistances): number {
  let total = 0;
  for (let i = 0; i < distances.length; i++) total += distances[i]! * (areas?.[i] ?? 1);
  return total;
}

/** The number of the first `count` elements, or their area. */
function weight({ distances, areas }: DirectedDistances, count: number = distances.length): number {
  if (areas === undefined) return count;
  let total = 0;
  for (let i = 0; i < count; i++) total += areas[i]!;
  return total;
}

/** How many of the distances are at most `limit`, a rounding error aside. */
function within({ distances }: DirectedDistances, limit: number): number {
  const reach = limit * (1 + 1e-9);
  let low = 0;
  let high = distances.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (distances[middle]! <= reach) low = middle + 1;
    else high = middle;
  }
  return low;
}
