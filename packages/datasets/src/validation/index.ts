export { nearestName } from './nearest-name.ts';
export { describeIssue, validateWith } from './validate-with.ts';
