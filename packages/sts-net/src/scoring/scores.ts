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
  | 'lesion-f1';

export interface Score {
  readonly title: string;
  /** mm for distances, nothing for shares from 0 to 1. */
  readonly unit: '' | 'mm';
  readonly better: 'higher' | 'lower';
  readonly best: number;
  readonly of: (measured: Measurements, rule: EmptyMasks) => number;
}

const share = { unit: '', better: 'higher', best: 1 } as const;
const distance = { unit: 'mm', better: 'lower', best: 0 } as const;

/** The scores of one label of one case: overlap, boundaries, lesion by lesion. */
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
};

export const scoreNames: readonly ScoreName[] = Object.keys(scores) as ScoreName[];

function defined({ empty, penalty }: EmptyMasks): { empty: EmptyPolicy; penalty?: number } {
  return { empty, ...(penalty !== undefined && { penalty }) };
}
