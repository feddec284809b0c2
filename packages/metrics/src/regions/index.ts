export { voronoiRegions } from './voronoi-regions.ts';
