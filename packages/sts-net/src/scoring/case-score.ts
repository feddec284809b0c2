import { type RuleCounts, type ScoreSummary, summarise } from '@sts-net/metrics';
import type { Measurements } from './measure.ts';
import { type EmptyMasks, type ScoreName, scores } from './scores.ts';

/** A score of one case. */
export interface CaseScore {
  /** `NaN` where the rule for empty masks leaves it out. */
  readonly value: number;
  /** Whether the rule decided, since prediction and truth were both empty or one of them was. */
  readonly byRule: keyof RuleCounts | false;
}

export type CaseScores<Name extends ScoreName = ScoreName> = Readonly<Record<Name, CaseScore>>;

/** The scores `names` of one label of one case. */
export function scoreCase<Name extends ScoreName>(
  measured: Measurements,
  names: readonly Name[],
  rule: EmptyMasks,
): CaseScores<Name> {
  return forEach(names, (name) => {
    const value = scores[name].of(measured, { empty: 'nan' });
    if (!Number.isNaN(value)) return { value, byRule: false };
    const { tp, fp, fn } = measured.counts();
    const byRule = tp + fp + fn === 0 ? 'both' : 'one';
    return { value: scores[name].of(measured, rule), byRule };
  });
}

/** The means of labels; one that was decided for a label counts as decided, a miss or false alarm first. */
export function meanScores<Name extends ScoreName>(
  names: readonly Name[],
  ofLabels: readonly CaseScores<Name>[],
): CaseScores<Name> {
  return forEach(names, (name) => {
    const all = ofLabels.map((one) => one[name]);
    const values = all.map(({ value }) => value).filter((value) => !Number.isNaN(value));
    const rules = all.map(({ byRule }) => byRule);
    const byRule = rules.includes('one') ? 'one' : rules.includes('both') && 'both';
    return { value: values.reduce((sum, value) => sum + value, 0) / values.length, byRule };
  });
}

/** Each score over cases: the mean of those that have it, and how often the rule decided. */
export function summariseScores<Name extends ScoreName>(
  names: readonly Name[],
  cases: readonly CaseScores<Name>[],
): Readonly<Record<Name, ScoreSummary>> {
  return forEach(names, (name) => {
    const all = cases.map((one) => one[name]);
    const values = all.map(({ value }) => ({ value, bothEmpty: false, best: 0, worst: 0 }));
    const decided = (rule: keyof RuleCounts): number =>
      all.filter(({ byRule }) => byRule === rule).length;
    return {
      ...summarise(values, 'skip'),
      decidedByRule: { both: decided('both'), one: decided('one') },
    };
  });
}

function forEach<Name extends string, T>(
  names: readonly Name[],
  of: (name: Name) => T,
): Record<Name, T> {
  return Object.fromEntries(names.map((name) => [name, of(name)])) as Record<Name, T>;
}
