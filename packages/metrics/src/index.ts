export type { Accumulator, AccumulatorState, CaseRecord } from './accumulator.ts';
export {
  averageSymmetricSurfaceDistance,
  type HausdorffOptions,
  hausdorffDistance,
  type NormalizedSurfaceDiceOptions,
  normalizedSurfaceDice,
  type PenaltyOptions,
} from './boundary.ts';
export { type BoundaryIoUOptions, boundaryIoU } from './boundary-iou.ts';
export {
  type Confusion,
  type ConfusionOptions,
  type Counts,
  confusion,
  pool,
} from './confusion.ts';
export {
  type Box,
  type Components,
  type ConnectedComponentsOptions,
  type Connectivity,
  connectedComponents,
} from './connected-components.ts';
export { type DistanceTransformOptions, distanceTransform } from './distance-transform.ts';
export type { EmptyPolicy, EmptyRule, Extremes } from './empty.ts';
export type { LabelGrid, Labels } from './grid.ts';
export {
  type AboutGrid,
  type LesionAccumulatorResult,
  type LesionCase,
  lesionAccumulator,
} from './lesion-accumulator.ts';
export type { LesionMatcher, LesionMatching, LesionPair, MatchedMasks } from './lesion-matching.ts';
export {
  type Lesion,
  type LesionCounts,
  type LesionScores,
  type LesionWiseResult,
  lesionScores,
  lesionWise,
} from './lesion-wise.ts';
export type { LesionWiseOptions } from './lesion-wise-options.ts';
export {
  accuracy,
  dice,
  type FBetaOptions,
  fBeta,
  iou,
  mcc,
  precision,
  recall,
  relativeVolumeError,
  specificity,
  volumetricSimilarity,
} from './overlap.ts';
export {
  type OverlapAccumulatorOptions,
  type OverlapCase,
  type OverlapResult,
  type OverlapScores,
  type OverlapSummary,
  overlapAccumulator,
} from './overlap-accumulator.ts';
export type { PanopticCounts } from './panoptic.ts';
export { type PaperProtocol, type PaperProtocolState, paperProtocol } from './paper-protocol.ts';
export type {
  ForegroundScores,
  PaperProtocolResult,
  PaperScores,
  ProtocolCase,
  ProtocolScores,
} from './protocol-scores.ts';
export type { EmptyOptions, OverlapScore, ScoreOptions } from './score.ts';
export { type CaseScore, type RuleCounts, type ScoreSummary, summarise } from './summary.ts';
export {
  type SurfaceAccumulatorOptions,
  type SurfaceAccumulatorResult,
  type SurfaceCase,
  surfaceAccumulator,
} from './surface-accumulator.ts';
export {
  type DirectedDistances,
  type SurfaceDistances,
  type SurfaceDistancesOptions,
  surfaceDistances,
} from './surface-distances.ts';
