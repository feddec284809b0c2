import { type EmptyPolicy, type Extremes, emptyRule, emptyValue } from './empty.ts';

/** A score over cases. */
export interface ScoreSummary {
  /** Mean over the cases that have a value; `NaN` where none has, or one is `NaN` by rule. */
  readonly mean: number;
  /** Sample standard deviation of the same; `NaN` below two. */
  readonly deviation: number;
  readonly median: number;
  /** Cases in the mean. */
  readonly counted: number;
  /** Cases whose value the rule for empty masks decided, or that it left out. */
  readonly decidedByRule: RuleCounts;
}

/** Cases that the rule decided since prediction and truth were both empty, and since one of them was. */
export interface RuleCounts {
  readonly both: number;
  readonly one: number;
}

/** One case's score, or why it has none, and the best and worst value that it could have had. */
export interface CaseScore extends Extremes {
  /** `NaN` where masks were empty, so that the rule decides. */
  readonly value: number;
  readonly bothEmpty: boolean;
}

/**
 * Summarises the scores of cases under one rule for empty masks.
 *
 * @throws RangeError where the rule is none
 */
export function summarise(scores: readonly CaseScore[], empty: EmptyPolicy): ScoreSummary {
  const values: number[] = [];
  const decidedByRule = { both: 0, one: 0 };
  for (const one of scores) {
    if (!Number.isNaN(one.value)) {
      values.push(one.value);
      continue;
    }
    decidedByRule[one.bothEmpty ? 'both' : 'one']++;
    const rule = emptyRule(empty, one.bothEmpty);
    if (rule !== 'skip') values.push(emptyValue(rule, one));
  }
  const counted = values.length;
  const mean = values.reduce((sum, value) => sum + value, 0) / counted;
  const squares = values.reduce((sum, value) => sum + (value - mean) ** 2, 0);
  const sorted = values.toSorted((a, b) => a - b);
  const middle = (sorted[(counted - 1) >> 1]! + sorted[counted >> 1]!) / 2;
  return {
    mean,
    deviation: counted < 2 ? Number.NaN : Math.sqrt(squares / (counted - 1)),
    median: counted === 0 || Number.isNaN(mean) ? Number.NaN : middle,
    counted,
    decidedByRule,
  };
}
