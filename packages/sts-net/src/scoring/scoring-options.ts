import type { EmptyRule } from '@sts-net/metrics';
import type { EmptyMasks } from './scores.ts';

/** How cases are scored. */
export interface ScoringOptions {
  /**
   * What a score is where prediction and truth are both empty; where one of them is, a miss or a false
   * alarm, it is the worst. @default 'best'
   */
  readonly empty?: EmptyRule | undefined;
  /** The distance of a miss or a false alarm, mm. @default the diagonal of the image */
  readonly penalty?: number | undefined;
  /** Up to which surfaces count as one in the surface Dice, mm. @default 1 */
  readonly tolerance?: number | undefined;
}

/** What of probabilities may find a lesion, and when it does. */
export interface DetectionOptions {
  /** From which probability on connected voxels are a candidate, above 0 … 1. @default 0.1 */
  readonly candidateThreshold?: number | undefined;
  /**
   * The IoU from which on a candidate finds a lesion, 0 … 1; with 0 a common voxel is enough. Each finds one at
   * most. @default 0.1
   */
  readonly candidateOverlap?: number | undefined;
}

/** The defaults of `DetectionOptions`. */
export const defaultDetection = { threshold: 0.1, overlap: 0.1 } as const;

/** The rule for empty masks that options make. */
export function emptyMasks({ empty = 'best', penalty }: ScoringOptions): EmptyMasks {
  return { empty: { both: empty, one: 'worst' }, penalty };
}

/** The default of `ScoringOptions.tolerance`, mm. */
export const defaultTolerance = 1;
