export { voronoiRegions } from './voronoi-regions.ts';
export { type IgnoreOptions, type WithoutIgnored, withoutIgnored } from './without-ignored.ts';
