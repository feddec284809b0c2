import type { SizeBin } from '@sts-net/metrics/lesions';
import type { Evaluation } from '../evaluation/evaluate-volumes.ts';
import { readRecord } from '../records/read-record.ts';
import type { CaseScores } from '../scoring/case-score.ts';
import { storedResultSchema } from './grid-records.ts';
import { paperScores } from './paper-tables.ts';

/** The scores of one test case. */
export interface ResultCase {
  readonly id: string;
  readonly patient: string;
  readonly scores: CaseScores;
  readonly recallBySize: readonly Pick<SizeBin, 'from' | 'to' | 'lesions' | 'found'>[];
}

/** What a run found. */
export interface RunResult {
  /** Steps trained. */
  readonly steps: number;
  /** By the paper's protocol over the slices of all cases, in the order of `paperScores`. */
  readonly paper: readonly number[];
  readonly cases: readonly ResultCase[];
  /** Whether they are pictures; see `Evaluation`. */
  readonly inPixels: boolean;
}

/** A run that is over, as its `result.json` has it. */
export interface StoredResult extends RunResult {
  readonly id: string;
  readonly row: number;
  readonly seed: number;
  readonly fold: number | null;
  /** Of all attempts together. */
  readonly seconds: number;
}

/** What a grid keeps of an evaluation. */
export function resultOf(evaluation: Evaluation, steps: number): RunResult {
  const { paper } = evaluation.slices;
  return {
    steps,
    inPixels: evaluation.inPixels,
    paper: paperScores.map((name) => paper[name]),
    cases: evaluation.cases.map(({ id, patient, scores, recallBySize }) => ({
      id,
      patient,
      scores,
      recallBySize: recallBySize.map(({ from, to, lesions, found }) => ({
        from,
        to,
        lesions,
        found,
      })),
    })),
  };
}

/** Reads what a run found; numbers that are none are null in JSON. */
export async function readResult(path: string): Promise<StoredResult> {
  const stored = await readRecord(path, 'what a run of a grid found', storedResultSchema);
  if (stored === undefined)
    throw new RangeError(`'${path}' must hold what a run of a grid found, but is gone`);
  const number = (value: number | null): number => value ?? Number.NaN;
  return {
    ...stored,
    paper: stored.paper.map(number),
    cases: stored.cases.map((one) => ({
      ...one,
      scores: Object.fromEntries(
        Object.entries(one.scores).map(([name, score]) => [
          name,
          { ...score, value: number(score.value) },
        ]),
      ) as CaseScores,
      recallBySize: one.recallBySize.map((bin) => ({
        ...bin,
        to: bin.to ?? Number.POSITIVE_INFINITY,
      })),
    })),
  };
}
