import { asDistance, measured, type PenaltyOptions, sum, weight } from '../boundary.ts';
import type { LabelGrid } from '../grid.ts';
import type { SurfaceDistances, SurfaceDistancesOptions } from '../surface-distances.ts';

/** Mean distances of two surfaces, mm. */
export interface MeanSurfaceDistances {
  /** Of the prediction's surface from the truth's: large where something is marked that is not there. */
  readonly predictionToTruth: number;
  /** Of the truth's surface from the prediction's: large where something is missed. */
  readonly truthToPrediction: number;
  /** Mean of the two, as MedPy's `assd`, whatever the areas of the two surfaces. */
  readonly mean: number;
}

/**
 * Mean surface distances in both directions in mm, 0 … diagonal of the image. Where one of the masks is
 * empty all are undefined; their worst value is the diagonal, or `penalty`.
 *
 * @throws RangeError as `surfaceDistances`
 */
export function meanSurfaceDistances(
  prediction: LabelGrid,
  truth: LabelGrid,
  options?: SurfaceDistancesOptions & PenaltyOptions,
): MeanSurfaceDistances;
export function meanSurfaceDistances(
  distances: SurfaceDistances,
  options?: PenaltyOptions,
): MeanSurfaceDistances;
export function meanSurfaceDistances(...args: unknown[]): MeanSurfaceDistances {
  const caller = 'meanSurfaceDistances';
  const { distances, options } = measured<PenaltyOptions>(caller, args);
  const [predictionToTruth, truthToPrediction] = ([0, 1] as const).map((way) =>
    asDistance(caller, distances, options, (...ways) => sum(ways[way]) / weight(ways[way])),
  ) as [number, number];
  return {
    predictionToTruth,
    truthToPrediction,
    mean: (predictionToTruth + truthToPrediction) / 2,
  };
}
