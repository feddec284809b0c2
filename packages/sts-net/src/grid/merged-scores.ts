import type { ScoreName } from '../scoring/scores.ts';

/** The scores that rows are compared by. */
export const mergedScores = [
  'dice',
  'lesion-f1',
  'lesion-recall',
  'lesion-precision',
  'false-alarms',
] as const satisfies readonly ScoreName[];
