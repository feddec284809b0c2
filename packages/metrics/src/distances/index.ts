export { type CentreDistanceOptions, centreDistance } from './centre-distance.ts';
export { type MeanSurfaceDistances, meanSurfaceDistances } from './mean-surface-distances.ts';
