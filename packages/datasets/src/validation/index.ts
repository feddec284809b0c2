export { nearestName } from './nearest-name.ts';
export { describeIssue, ValidationError, validateWith } from './validate-with.ts';
