export {
  type CohenCounts,
  type CohenKappaOptions,
  cohenCounts,
  cohenKappa,
  poolCohen,
} from './cohen.ts';
export {
  type FleissCounts,
  type FleissKappaOptions,
  fleissCounts,
  fleissKappa,
  poolFleiss,
} from './fleiss.ts';
export type { RatingOptions } from './ratings.ts';
