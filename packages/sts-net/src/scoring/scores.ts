import {
  averageSymmetricSurfaceDistance,
  dice,
  type EmptyPolicy,
  hausdorffDistance,
  iou,
  lesionScores,
  normalizedSurfaceDice,
  precision,
  recall,
  volumetricSimilarity,
} from '@sts-net/metrics';
import type { Measurements } from './measure.ts';

/** What a score is where masks are empty. */
export interface EmptyMasks {
  readonly empty: EmptyPolicy;
  /** The worst distance, mm. @default the diagonal of the image */
  readonly penalty?: number | undefined;
}

export type ScoreName =
  | 'dice'
  | 'iou'
  | 'precision'
  | 'recall'
  | 'volumetric-similarity'
  | 'hd95'
  | 'assd'
  | 'nsd'
  | 'lesion-precision'
  | 'lesion-recall'
  | 'lesion-f1'
  | 'lesion-dice'
  | 'panoptic-quality'
  | 'volume-difference'
  | 'absolute-volume-difference'
  | 'false-positive-volume'
  | 'false-negative-volume'
  | 'count-difference'
  | 'absolute-count-difference'
  | 'false-alarms';

export interface Score {
  readonly title: string;
  /** mm for distances, ml for volumes, lesions for their number, nothing for shares from 0 to 1. */
  readonly unit: '' | 'mm' | 'ml' | 'lesions';
  /** `zero` for what is too little below and too much above. */
  readonly better: 'higher' | 'lower' | 'zero';
  readonly best: number;
  readonly of: (measured: Measurements, rule: EmptyMasks) => number;
}

const share = { unit: '', better: 'higher', best: 1 } as const;
const distance = { unit: 'mm', better: 'lower', best: 0 } as const;
const volume = { unit: 'ml', better: 'lower', best: 0 } as const;
const number = { unit: 'lesions', better: 'lower', best: 0 } as const;

/** The scores of one label of one case: overlap, boundaries, lesion by lesion, how much and how many. */
export const scores: Readonly<Record<ScoreName, Score>> = {
  dice: { ...share, title: 'Dice', of: (of, { empty }) => dice(of.counts(), { empty }) },
  iou: { ...share, title: 'IoU', of: (of, { empty }) => iou(of.counts(), { empty }) },
  precision: {
    ...share,
    title: 'precision',
    of: (of, { empty }) => precision(of.counts(), { empty }),
  },
  recall: { ...share, title: 'recall', of: (of, { empty }) => recall(of.counts(), { empty }) },
  'volumetric-similarity': {
    ...share,
    title: 'volumetric similarity',
    of: (of, { empty }) => volumetricSimilarity(of.counts(), { empty }),
  },
  hd95: {
    ...distance,
    title: 'HD95 (mm)',
    of: (of, rule) => hausdorffDistance(of.surfaces(), { percentile: 95, ...defined(rule) }),
  },
  assd: {
    ...distance,
    title: 'average surface distance (mm)',
    of: (of, rule) => averageSymmetricSurfaceDistance(of.surfaces(), defined(rule)),
  },
  nsd: {
    ...share,
    title: 'surface Dice',
    of: (of, { empty }) => normalizedSurfaceDice(of.surfaces(), { tolerance: of.tolerance, empty }),
  },
  'lesion-precision': {
    ...share,
    title: 'lesion precision',
    of: (of, { empty }) => lesionScores(of.lesions(), empty).precision,
  },
  'lesion-recall': {
    ...share,
    title: 'lesion recall',
    of: (of, { empty }) => lesionScores(of.lesions(), empty).recall,
  },
  'lesion-f1': {
    ...share,
    title: 'lesion F1',
    of: (of, { empty }) => lesionScores(of.lesions(), empty).f1,
  },
  'lesion-dice': {
    ...share,
    title: 'lesion Dice',
    of: (of, { empty }) => lesionScores(of.lesions(), empty).dice,
  },
  'panoptic-quality': {
    ...share,
    title: 'panoptic quality',
    of: (of, { empty }) => lesionScores(of.lesions(), empty).panopticQuality,
  },
  // Defined for empty masks, so that no rule decides them.
  'volume-difference': {
    ...volume,
    better: 'zero',
    title: 'volume difference (ml)',
    of: (of) => of.load().volumeDifference,
  },
  'absolute-volume-difference': {
    ...volume,
    title: 'absolute volume difference (ml)',
    of: (of) => of.load().absoluteVolumeDifference,
  },
  'false-positive-volume': {
    ...volume,
    title: 'false positive volume (ml)',
    of: (of) => of.load().falsePositiveVolume,
  },
  'false-negative-volume': {
    ...volume,
    title: 'false negative volume (ml)',
    of: (of) => of.load().falseNegativeVolume,
  },
  'count-difference': {
    ...number,
    better: 'zero',
    title: 'lesion count difference',
    of: (of) => of.load().countDifference,
  },
  'absolute-count-difference': {
    ...number,
    title: 'absolute lesion count difference',
    of: (of) => of.load().absoluteCountDifference,
  },
  'false-alarms': {
    ...number,
    title: 'false alarms',
    of: (of) => of.lesions().falsePositives,
  },
};

export const scoreNames: readonly ScoreName[] = Object.keys(scores) as ScoreName[];

function defined({ empty, penalty }: EmptyMasks): { empty: EmptyPolicy; penalty?: number } {
  return { empty, ...(penalty !== undefined && { penalty }) };
}
