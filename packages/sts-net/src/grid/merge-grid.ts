import { existsSync } from 'node:fs';
import type { Interval } from '@sts-net/metrics/statistics';
import { correctedByHolm, type PairedTest, pairedTest } from '../comparison/paired-test.ts';
import type { SizeRecall } from '../evaluation/mean-scores.ts';
import { type IntervalOptions, meanInterval } from '../scoring/mean-interval.ts';
import { type Grid, type GridRun, gridRunFiles, runName } from './grid-folder.ts';
import type { GridRow } from './grid-rows.ts';
import { mergedScores } from './merged-scores.ts';
import { meanCases, sizesOf } from './row-cases.ts';
import { type ResultCase, readResult, type StoredResult } from './run-result.ts';

export type MergedScore = (typeof mergedScores)[number];

/** A score of a row over the test cases, each the mean of the row's runs. */
export interface RowScore extends Interval {
  /** Spread of the means of its runs: standard deviation, `NaN` for one run. */
  readonly deviation: number;
  /** Mean difference from the reference row with its interval; null for that row, and where one is incomplete. */
  readonly difference: Interval | null;
  /** Of a permutation test against the reference, patients exchanged whole; by Holm over all rows. */
  readonly pValue: number | null;
  readonly holm: number | null;
}

export interface MergedRow extends GridRow {
  readonly runs: number;
  /** Runs that are over. */
  readonly done: number;
  readonly scores: Readonly<Record<MergedScore, RowScore>>;
  /** Lesions by size; none where the runs of the row do not share their truth. */
  readonly recallBySize: readonly SizeRecall[];
  /** Means over runs by the paper's protocol, shares from 0 to 1, in the order of `paperScores`. */
  readonly found: readonly number[];
  readonly parameters: number;
  readonly multiplyAdds: number;
  /** Mean of its runs. */
  readonly seconds: number;
}

/** What a grid found. */
export interface MergedGrid {
  readonly grid: Grid;
  readonly rows: readonly MergedRow[];
  /** Names of the runs that are not over. */
  readonly missing: readonly string[];
  readonly cases: number;
  readonly patients: number;
  /** Whether all are pictures: what is a volume is then in pixels. */
  readonly inPixels: boolean;
}

/**
 * Puts together what the runs of a grid found: for each row the mean over seeds and folds with intervals by
 * patient, and tests against the reference row. Rows with missing runs are told with what is there, and are
 * not tested.
 *
 * @param folders that of the plan first, and others where runs of the same plan were done
 * @throws RangeError if two folders hold different results of one run
 */
export async function mergeGrid(
  grid: Grid,
  folders: readonly string[] = [],
  options: IntervalOptions = {},
): Promise<MergedGrid> {
  const results = new Map<string, StoredResult>();
  for (const run of grid.runs) {
    const result = await resultOfRun(run, [grid.folder, ...folders]);
    if (result !== undefined) results.set(run.id, result);
  }
  const rows = grid.rows.map((row, r) => {
    const runs = grid.runs.filter((run) => run.row === r);
    const over = runs.flatMap(({ id }) => results.get(id) ?? []);
    return { row, runs, over, cases: meanCases(over) };
  });
  const reference = rows[grid.reference]!;
  const tested = rows.map((one) => one !== reference && isWhole(one) && isWhole(reference));
  const tests = mergedScores.map((name) => {
    const all = rows.map((one, r) =>
      tested[r] ? testOf(one.cases, reference.cases, name, options) : undefined,
    );
    const corrected = correctedByHolm(all.map((test) => test?.pValue ?? Number.NaN));
    return all.map((test, r) => test && { ...test, holm: corrected[r]! });
  });
  const merged = rows.map(({ row, runs, over, cases }, r): MergedRow => {
    const patients = cases.map(({ patient }) => patient);
    const scores = mergedScores.map((name, s): [MergedScore, RowScore] => {
      const used = cases.filter(({ scores }) => !Number.isNaN(scores[name].value));
      const values = used.map(({ scores }) => scores[name].value);
      const interval = meanInterval(
        values,
        used.map(({ patient }) => patient),
        options,
      );
      const test = tests[s]![r];
      return [
        name,
        {
          ...interval,
          deviation: deviationOf(over.map((result) => meanOf(result.cases, name))),
          difference: test?.difference ?? null,
          pValue: test?.pValue ?? null,
          holm: test?.holm ?? null,
        },
      ];
    });
    return {
      ...row,
      runs: runs.length,
      done: over.length,
      scores: Object.fromEntries(scores) as Record<MergedScore, RowScore>,
      recallBySize: sizesOf(cases, patients, options),
      found: meansOf(over.map(({ paper }) => paper)),
      parameters: runs[0]!.parameters,
      multiplyAdds: runs[0]!.multiplyAdds,
      seconds: mean(over.map(({ seconds }) => seconds)),
    };
  });
  const all = new Map(rows.flatMap(({ cases }) => cases.map(({ id, patient }) => [id, patient])));
  return {
    grid,
    rows: merged,
    missing: grid.runs.filter(({ id }) => !results.has(id)).map((run) => runName(grid, run)),
    cases: all.size,
    patients: new Set(all.values()).size,
    inPixels: results.size > 0 && [...results.values()].every((result) => result.inPixels),
  };
}

interface RowRuns {
  readonly runs: readonly GridRun[];
  readonly over: readonly StoredResult[];
}

const isWhole = ({ runs, over }: RowRuns): boolean => runs.length === over.length;

async function resultOfRun(
  { id }: GridRun,
  folders: readonly string[],
): Promise<StoredResult | undefined> {
  let found: { readonly result: StoredResult; readonly path: string } | undefined;
  for (const folder of folders) {
    const path = gridRunFiles(folder, id).result;
    if (!existsSync(path)) continue;
    const result = await readResult(path);
    if (found === undefined) {
      found = { result, path };
      continue;
    }
    if (JSON.stringify(found.result.cases) !== JSON.stringify(result.cases)) {
      throw new RangeError(
        `'${path}' and '${found.path}' are of one run and must agree, but do not; keep one of them`,
      );
    }
    // Whichever order the folders come in.
    if (result.seconds < found.result.seconds) found = { result, path };
  }
  return found?.result;
}

/** A row against the reference on the cases that both score. */
function testOf(
  cases: readonly ResultCase[],
  reference: readonly ResultCase[],
  name: MergedScore,
  options: IntervalOptions,
): PairedTest {
  const other = new Map(reference.map((one) => [one.id, one.scores[name].value]));
  const pairs = cases
    .map(({ id, patient, scores }) => ({
      patient,
      own: scores[name].value,
      other: other.get(id) ?? Number.NaN,
    }))
    .filter((pair) => !Number.isNaN(pair.own) && !Number.isNaN(pair.other));
  const groups = pairs.map(({ patient }) => patient);
  const [own, others] = [pairs.map((pair) => pair.own), pairs.map((pair) => pair.other)];
  return pairedTest(others, own, groups, options);
}

function meanOf(cases: readonly ResultCase[], name: MergedScore): number {
  return mean(
    cases.map(({ scores }) => scores[name].value).filter((value) => !Number.isNaN(value)),
  );
}

function deviationOf(values: readonly number[]): number {
  const centre = mean(values);
  return Math.sqrt(sum(values.map((value) => (value - centre) ** 2)) / (values.length - 1));
}

const sum = (values: readonly number[]): number => values.reduce((total, one) => total + one, 0);
const mean = (values: readonly number[]): number => sum(values) / values.length;

function meansOf(lists: readonly (readonly number[])[]): readonly number[] {
  return (lists[0] ?? []).map((_, i) => mean(lists.map((list) => list[i]!)));
}
