export {
  type CcDiceOptions,
  type CcScore,
  type CcSurfaceDiceOptions,
  ccDice,
  ccNormalizedSurfaceDice,
} from './cc-metrics.ts';
export { voronoiRegions } from './voronoi-regions.ts';
export { type IgnoreOptions, type WithoutIgnored, withoutIgnored } from './without-ignored.ts';
