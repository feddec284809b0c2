export {
  type CurveOptions,
  type PrecisionRecallCurve,
  precisionRecallCurve,
  type RocCurve,
  rocCurve,
} from './curves.ts';
export { type Detections, type DetectionsOptions, detections } from './detections.ts';
export {
  detectionCurve,
  type FrocCurve,
  froc,
  frocScore,
  recallAtFalsePositives,
} from './froc.ts';
export {
  bestThreshold,
  poolSweeps,
  type ThresholdSweep,
  type ThresholdSweepOptions,
  thresholdSweep,
} from './threshold-sweep.ts';
