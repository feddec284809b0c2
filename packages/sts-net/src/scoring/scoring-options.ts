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

/** The rule for empty masks that options make. */
export function emptyMasks({ empty = 'best', penalty }: ScoringOptions): EmptyMasks {
  return { empty: { both: empty, one: 'worst' }, penalty };
}

/** The default of `ScoringOptions.tolerance`, mm. */
export const defaultTolerance = 1;
