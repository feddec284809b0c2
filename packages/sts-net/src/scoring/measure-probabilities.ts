import { type CalibrationCounts, calibrationCounts } from '@sts-net/metrics/calibration';
import { type Detections, detections } from '@sts-net/metrics/curves';
import { IGNORED } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import { type DetectionOptions, defaultDetection } from './scoring-options.ts';

/** What is kept of a case's probabilities of one target: counts, no voxels. */
export interface MeasuredProbabilities {
  readonly detections: Detections;
  readonly calibration: CalibrationCounts;
}

export interface MeasureProbabilitiesOptions extends DetectionOptions {
  /** Names the case in errors. */
  readonly id: string;
  /** 1 for each voxel on which nothing counts. */
  readonly ignored: NdArray<Uint8Array> | undefined;
}

/**
 * What probabilities find, and how true they are.
 *
 * @param probabilities of the target, 0 … 1, in C order
 * @param truth a mask of 0 and 1, in C order
 */
export function measureProbabilities(
  probabilities: Float32Array,
  { data, shape }: NdArray<Uint8Array>,
  { id, ignored, ...options }: MeasureProbabilitiesOptions,
): MeasuredProbabilities {
  const {
    candidateThreshold = defaultDetection.threshold,
    candidateOverlap = defaultDetection.overlap,
  } = options;
  const left = ignored?.data;
  const counted = left === undefined ? data : data.map((one, i) => (left[i] ? IGNORED : one));
  const truth = { data: counted, shape };
  const where = { label: 1, ignoreIndex: IGNORED, id };
  return {
    detections: detections({ data: probabilities, shape }, truth, {
      ...where,
      ...{ threshold: candidateThreshold, criterion: 'iou', minimumOverlap: candidateOverlap },
    }),
    calibration: calibrationCounts(probabilities, counted, where),
  };
}
