import { type Accumulator, accumulator, type CaseRecord } from './accumulator.ts';
import {
  averageSymmetricSurfaceDistance,
  type HausdorffOptions,
  hausdorffDistance,
  type NormalizedSurfaceDiceOptions,
  normalizedSurfaceDice,
} from './boundary.ts';
import { checkLength, checkOptions } from './check-options.ts';
import { defaultEmpty, type EmptyPolicy, share } from './empty.ts';
import type { LabelGrid } from './grid.ts';
import type { AboutGrid } from './lesion-accumulator.ts';
import { type ScoreSummary, summarise } from './summary.ts';
import { measureSurfaces, type SurfaceDistances } from './surface-distances.ts';

export interface SurfaceAccumulatorOptions {
  /** Tolerance of the normalized surface Dice in mm. */
  readonly tolerance: number;
  /** Percentile of the Hausdorff distance. @default 95 */
  readonly percentile?: number;
  /** What the surface of a mask is, see `SurfaceDistancesOptions`. @default 'pixels' */
  readonly surface?: 'pixels' | 'area';
  /** The label whose pixels are scored. @default every label above 0 */
  readonly label?: number;
  /** What a score is where a mask is empty. @default { both: 'best', one: 'worst' } */
  readonly empty?: EmptyPolicy;
  /** The worst distance, see `PenaltyOptions`, mm. @default the diagonal of each image */
  readonly penalty?: number;
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

const scores: readonly (readonly [
  SurfaceScore,
  (distances: SurfaceDistances, options: NormalizedSurfaceDiceOptions & HausdorffOptions) => number,
])[] = [
  ['hausdorffDistance', hausdorffDistance],
  ['averageSymmetricSurfaceDistance', averageSymmetricSurfaceDistance],
  ['normalizedSurfaceDice', normalizedSurfaceDice],
];

/**
 * Boundary scores over cases. Each case may have its own spacing.
 *
 * @throws RangeError, in `add`, as `surfaceDistances`
 */
export function surfaceAccumulator(
  options: SurfaceAccumulatorOptions,
): Accumulator<SurfaceCase, SurfaceAccumulatorResult, LabelGrid, AboutGrid> {
  checkOptions('surfaceAccumulator', options, 'tolerance percentile surface label empty penalty');
  const { tolerance, percentile = 95, surface = 'pixels', label } = options;
  const { empty = defaultEmpty, penalty } = options;
  if (penalty !== undefined) checkLength(penalty, 'penalty', '`surfaceAccumulator`');
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
      return {
        ...ofScores((_, score) => {
          const value = score(distances, { tolerance, percentile, empty: 'nan' });
          return Number.isNaN(value) ? null : value;
        }),
        bothEmpty:
          distances.predictionToTruth.distances.length === 0 &&
          distances.truthToPrediction.distances.length === 0,
        diagonal: distances.diagonal,
      };
    },
    isCase: (one) =>
      typeof one.bothEmpty === 'boolean' &&
      [one.diagonal, ...scores.map(([name]) => one[name])].every(
        (value) => value === null || value >= 0,
      ),
    summarise: (cases) => ({
      ...ofScores((name) =>
        summarise(
          cases.map((one) => ({
            value: one[name] ?? Number.NaN,
            bothEmpty: one.bothEmpty,
            ...(name === 'normalizedSurfaceDice'
              ? share
              : { best: 0, worst: penalty ?? one.diagonal }),
          })),
          empty,
        ),
      ),
      cases,
    }),
  });
}

function ofScores<T>(
  of: (name: SurfaceScore, score: (typeof scores)[number][1]) => T,
): Record<SurfaceScore, T> {
  return Object.fromEntries(scores.map(([name, score]) => [name, of(name, score)])) as Record<
    SurfaceScore,
    T
  >;
}
