export {
  averageSymmetricSurfaceDistance,
  type HausdorffOptions,
  hausdorffDistance,
  type NormalizedSurfaceDiceOptions,
  normalizedSurfaceDice,
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
export {
  type CurveOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from './curves.ts';
export { type DistanceTransformOptions, distanceTransform } from './distance-transform.ts';
export type { EmptyPolicy, EmptyRule } from './empty.ts';
export type { LabelGrid, Labels } from './grid.ts';
export type { LesionMatching } from './lesion-matching.ts';
export {
  type Lesion,
  type LesionWiseOptions,
  type LesionWiseResult,
  lesionWise,
} from './lesion-wise.ts';
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
export { type PaperProtocol, type PaperProtocolState, paperProtocol } from './paper-protocol.ts';
export type {
  ForegroundScores,
  PaperProtocolResult,
  PaperScores,
  ProtocolCase,
  ProtocolScores,
} from './protocol-scores.ts';
export type { EmptyOptions, OverlapScore, ScoreOptions } from './score.ts';
export {
  type DirectedDistances,
  type SurfaceDistances,
  type SurfaceDistancesOptions,
  surfaceDistances,
} from './surface-distances.ts';
export {
  bestThreshold,
  poolSweeps,
  type ThresholdSweep,
  type ThresholdSweepOptions,
  thresholdSweep,
} from './threshold-sweep.ts';
