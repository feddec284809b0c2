export { channelCountRule, channelName, channelNameRule } from './channel-name.ts';
export { ConfigError } from './config-error.ts';
export { nearestName } from './nearest-name.ts';
export { describeIssue, ValidationError, validateWith } from './validate-with.ts';
