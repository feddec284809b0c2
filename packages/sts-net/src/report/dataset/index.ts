export { smallestTargets } from './smallest-targets.ts';
export { statisticsPage } from './statistics-page.ts';
