import type { RunNormalization } from '@sts-net/experiment';
import { isRule, type NormalizationRule } from '@sts-net/inference';

/** The rules by which a run brings intensities to network input, and why they are these, in a line. */
export function normalizationText({ rule, reason }: RunNormalization): string {
  const rules = isRule(rule)
    ? [ruleText(rule)]
    : Object.entries(rule).map(([channel, one]) => `${channel} ${ruleText(one)}`);
  return `normalization: ${rules.join('; ')} (${reason})`;
}

function ruleText({ name, ...options }: NormalizationRule): string {
  const own = Object.entries(options).map(([key, value]) => ` ${key} ${value}`);
  return `${name}${own.join(',')}`;
}
