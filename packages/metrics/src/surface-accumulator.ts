import { type Accumulator, accumulator, type CaseRecord } from './accumulator.ts';
import {
  averageSymmetricSurfaceDistance,
  hausdorffDistance,
  normalizedSurfaceDice,
} from './boundary.ts';
import type { EmptyPolicy } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import type { AboutGrid } from './lesion-accumulator.ts';
import { defaultEmpty } from './score.ts';
import { type ScoreSummary, summarise } from './summary.ts';
import { measureSurfaces } from './surface-distances.ts';

export interface SurfaceAccumulatorOptions {
  /** Tolerance of the normalized surface Dice in mm. */
  readonly tolerance: number;
  /** Percentile of the Hausdorff distance. @default 95 */
  readonly percentile?: number;
  /** What the surface of a mask is, see `SurfaceDistancesOptions`. @default 'pixels' */
  readonly surface?: 'pixels' | 'area';
  /** The label whose pixels are scored. @default every label above 0 */
  readonly label?: number;
  /** What a score is where a mask is empty. @default { both: 'skip', one: 'worst' } */
  readonly empty?: EmptyPolicy;
}

/** The scores of one case; `null` where a mask is empty. */
export interface SurfaceCase extends CaseRecord {
  readonly hausdorffDistance: number | null;
  readonly averageSymmetricSurfaceDistance: number | null;
  readonly normalizedSurfaceDice: number | null;
  readonly bothEmpty: boolean;
  /** Diagonal of the image in mm. */
  readonly diagonal: number;
}

export interface SurfaceAccumulatorResult {
  readonly hausdorffDistance: ScoreSummary;
  readonly averageSymmetricSurfaceDistance: ScoreSummary;
  readonly normalizedSurfaceDice: ScoreSummary;
  /** Ordered by id. */
  readonly cases: readonly SurfaceCase[];
}

type SurfaceScore = Exclude<keyof SurfaceAccumulatorResult, 'cases'>;

/**
 * Boundary scores over cases. Each case may have its own spacing.
 *
 * @throws RangeError, in `add`, as `surfaceDistances`
 */
export function surfaceAccumulator(
  options: SurfaceAccumulatorOptions,
): Accumulator<SurfaceCase, SurfaceAccumulatorResult, LabelGrid, AboutGrid> {
  const { tolerance, percentile = 95, surface = 'pixels', label, empty = defaultEmpty } = options;
  return accumulator<SurfaceCase, SurfaceAccumulatorResult, LabelGrid, AboutGrid>({
    kind: 'surfaceAccumulator',
    settings: { tolerance, percentile, surface, label: label ?? null },
    measure: (prediction, truth, where, about) => {
      const distances = measureSurfaces(
        prediction,
        truth,
        { surface, ...(label !== undefined && { label }), ...about },
        where,
      );
      const defined = (value: number): number | null => (Number.isNaN(value) ? null : value);
      return {
        hausdorffDistance: defined(hausdorffDistance(distances, { percentile, empty: 'nan' })),
        averageSymmetricSurfaceDistance: defined(
          averageSymmetricSurfaceDistance(distances, { empty: 'nan' }),
        ),
        normalizedSurfaceDice: defined(
          normalizedSurfaceDice(distances, { tolerance, empty: 'nan' }),
        ),
        bothEmpty:
          distances.predictionToTruth.distances.length === 0 &&
          distances.truthToPrediction.distances.length === 0,
        diagonal: distances.diagonal,
      };
    },
    isCase: (one) =>
      typeof one.bothEmpty === 'boolean' &&
      [one.diagonal, ...scoresOf(one)].every((value) => value === null || value >= 0),
    summarise: (cases) => {
      const over = (name: SurfaceScore): ScoreSummary =>
        summarise(
          cases.map((one) => ({
            value: one[name] ?? Number.NaN,
            bothEmpty: one.bothEmpty,
            worst: name === 'normalizedSurfaceDice' ? 0 : one.diagonal,
          })),
          empty,
        );
      return {
        hausdorffDistance: over('hausdorffDistance'),
        averageSymmetricSurfaceDistance: over('averageSymmetricSurfaceDistance'),
        normalizedSurfaceDice: over('normalizedSurfaceDice'),
        cases,
      };
    },
  });
}

function scoresOf(one: SurfaceCase): (number | null)[] {
  return [one.hausdorffDistance, one.averageSymmetricSurfaceDistance, one.normalizedSurfaceDice];
}
