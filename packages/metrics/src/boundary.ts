import { checkLength, checkOptions } from './check-options.ts';
import {
  defaultEmpty,
  type EmptyPolicy,
  type Extremes,
  emptyRule,
  emptyValue,
  share,
} from './empty.ts';
import type { LabelGrid } from './grid.ts';
import { isUpTo } from './near.ts';
import type { EmptyOptions } from './score.ts';
import {
  boundaryOptionNames,
  type DirectedDistances,
  measureSurfaces,
  type SurfaceDistances,
  type SurfaceDistancesOptions,
} from './surface-distances.ts';

export interface PenaltyOptions extends EmptyOptions {
  /**
   * The worst distance, which a miss or a false alarm has by the rule `'worst'`, mm; the BraTS
   * challenges take 374. @default the diagonal of the image
   */
  readonly penalty?: number;
}

export interface HausdorffOptions extends PenaltyOptions {
  /** Percentile of the distances, 0 … 100; 95 forgives the farthest 5 %. @default 100 */
  readonly percentile?: number;
}

/**
 * Hausdorff distance in mm, 0 … diagonal of the image: the larger of two percentiles, that of the
 * distances from the prediction's surface to the truth's and that of the way back, each interpolated
 * linearly between ranks (with `surface: 'area'`, where that share of the area is reached). Undefined
 * where a mask is empty; its worst value is the diagonal, or `penalty`.
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
  const { percentile = 100 } = options;
  checkPercentile(percentile, '`hausdorffDistance`');
  return asDistance('hausdorffDistance', distances, options, (there, back) =>
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
 * all surface pixels of both masks. Undefined where a mask is empty; its worst value is the diagonal,
 * or `penalty`.
 *
 * @throws RangeError as `surfaceDistances`
 */
export function averageSymmetricSurfaceDistance(
  prediction: LabelGrid,
  truth: LabelGrid,
  options?: SurfaceDistancesOptions & PenaltyOptions,
): number;
export function averageSymmetricSurfaceDistance(
  distances: SurfaceDistances,
  options?: PenaltyOptions,
): number;
export function averageSymmetricSurfaceDistance(...args: unknown[]): number {
  const caller = 'averageSymmetricSurfaceDistance';
  const { distances, options } = measured<PenaltyOptions>(caller, args);
  return asDistance(
    caller,
    distances,
    options,
    (there, back) => (sum(there) + sum(back)) / (weight(there) + weight(back)),
  );
}

export interface NormalizedSurfaceDiceOptions extends EmptyOptions {
  /**
   * Distance in mm up to which surfaces count as one, at least 0. Lengths that differ by a millionth
   * are equal, so that the tolerance 1.2 reaches the next of voxels that a header spaces by 1.2.
   */
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
  const { tolerance, empty } = options as NormalizedSurfaceDiceOptions;
  checkLength(tolerance, 'tolerance', '`normalizedSurfaceDice`');
  return ofSurfaces(
    distances,
    share,
    empty,
    (there, back) =>
      (weight(there, within(there, tolerance)) + weight(back, within(back, tolerance))) /
      (weight(there) + weight(back)),
  );
}

/** The distances and the options that either form of a call gives. */
export function measured<Options extends object>(
  caller: string,
  args: readonly unknown[],
): { distances: SurfaceDistances; options: Partial<Options> } {
  const [first, second, third] = args;
  if (typeof first === 'object' && first !== null && 'predictionToTruth' in first) {
    const options = (second as Options) ?? {};
    checkOptions(caller, options, boundaryOptionNames);
    return { distances: first as SurfaceDistances, options };
  }
  const options = (third as SurfaceDistancesOptions & Options) ?? {};
  const where = checkOptions(caller, options, boundaryOptionNames);
  const distances = measureSurfaces(first as LabelGrid, second as LabelGrid, options, where);
  return { distances, options };
}

type OfSurfaces = (there: DirectedDistances, back: DirectedDistances) => number;

/** A distance between two surfaces, or what the rule for empty masks says. */
export function asDistance(
  caller: string,
  distances: SurfaceDistances,
  { empty, penalty = distances.diagonal }: PenaltyOptions,
  distance: OfSurfaces,
): number {
  checkLength(penalty, 'penalty', `\`${caller}\``);
  return ofSurfaces(distances, { best: 0, worst: penalty }, empty, distance);
}

/** The score of two surfaces, or what the rule for empty masks says. */
function ofSurfaces(
  { predictionToTruth, truthToPrediction }: SurfaceDistances,
  ends: Extremes,
  empty: EmptyPolicy = defaultEmpty,
  score: OfSurfaces,
): number {
  const there = predictionToTruth.distances.length;
  const back = truthToPrediction.distances.length;
  if (there > 0 && back > 0) return score(predictionToTruth, truthToPrediction);
  return emptyValue(emptyRule(empty, there + back === 0), ends);
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

/** Of the distances, each as often as it counts. */
export function sum({ distances, areas }: DirectedDistances): number {
  let total = 0;
  for (let i = 0; i < distances.length; i++) total += distances[i]! * (areas?.[i] ?? 1);
  return total;
}

/** The number of the first `count` elements, or their area. */
export function weight(
  { distances, areas }: DirectedDistances,
  count: number = distances.length,
): number {
  if (areas === undefined) return count;
  let total = 0;
  for (let i = 0; i < count; i++) total += areas[i]!;
  return total;
}

/** How many of the distances are at most `limit`, a rounding error aside. */
function within({ distances }: DirectedDistances, limit: number): number {
  let low = 0;
  let high = distances.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (isUpTo(distances[middle]!, limit)) low = middle + 1;
    else high = middle;
  }
  return low;
}
