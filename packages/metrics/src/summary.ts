import { type EmptyPolicy, emptyRule, emptyValue } from './empty.ts';

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
  readonly decidedByRule: number;
}

/** One case's score, or why it has none. */
export interface CaseScore {
  /** `NaN` where masks were empty. */
  readonly value: number;
  readonly bothEmpty: boolean;
  /** The worst value that the case could have had. */
  readonly worst: number;
}

/** Summarises the scores of cases under one rule for empty masks. */
export function summarise(scores: readonly CaseScore[], empty: EmptyPolicy): ScoreSummary {
  const values: number[] = [];
  let decidedByRule = 0;
  for (const { value, bothEmpty, worst } of scores) {
    if (!Number.isNaN(value)) {
      values.push(value);
      continue;
    }
    decidedByRule++;
    const rule = emptyRule(empty, bothEmpty);
    if (rule !== 'skip') values.push(emptyValue(rule, worst));
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
