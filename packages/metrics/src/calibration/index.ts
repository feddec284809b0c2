export {
  brierScore,
  expectedCalibrationError,
  maximumCalibrationError,
  type ReliabilityPoint,
  reliabilityCurve,
} from './calibration.ts';
export {
  type CalibrationBin,
  type CalibrationCounts,
  type CalibrationOptions,
  calibrationCounts,
  poolCalibration,
} from './calibration-counts.ts';
