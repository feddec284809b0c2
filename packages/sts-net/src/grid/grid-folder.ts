import { join, resolve } from 'node:path';
import { readRecord, readRecords } from '../records/read-record.ts';
import { gridPlanSchema, gridRunSchema } from './grid-records.ts';
import type { GridRows } from './grid-rows.ts';

/** A training to be done, as a line of `runs.jsonl`. */
export interface GridRun {
  /** From 0; what a scheduler counts. */
  readonly index: number;
  /** Digest of its config and its data. */
  readonly id: string;
  /** Which of the grid's rows it belongs to. */
  readonly row: number;
  /** The row's values, by the path of the field in the config. */
  readonly values: Readonly<Record<string, unknown>>;
  readonly seed: number;
  /** Null where the base's own split holds. */
  readonly fold: number | null;
  readonly parameters: number;
  /** Of a prediction of one image of the size that it trains on. */
  readonly multiplyAdds: number;
  /** Bytes that a training step takes, roughly. */
  readonly memory: number;
  /** Seconds of training, roughly; null where the number of steps depends on the data. */
  readonly seconds: number | null;
}

/** What all runs of a grid share: `grid.json`. */
export interface GridPlan extends GridRows {
  /** The base config as it was written. */
  readonly base: unknown;
  /** Where its paths start, relative to the grid's folder. */
  readonly baseFolder: string;
}

/** A planned grid. */
export interface Grid extends GridPlan {
  /** Absolute. */
  readonly folder: string;
  readonly runs: readonly GridRun[];
}

/** The files of a run of a grid. */
export function gridRunFiles(folder: string, id: string) {
  const own = join(folder, 'runs', id);
  return {
    folder: own,
    /** The run's folder as `train` makes it. */
    training: join(own, 'training'),
    /** There when the run is over. */
    result: join(own, 'result.json'),
    /** Why the last attempt failed. */
    failure: join(own, 'failure.json'),
    /** Seconds of each attempt, one a line. */
    attempts: join(own, 'attempts.jsonl'),
    lock: join(own, 'lock'),
  };
}

/**
 * A grid that was planned.
 *
 * @throws RangeError if there is none in the folder
 */
export async function openGrid(folder: string): Promise<Grid> {
  const path = join(folder, 'grid.json');
  const plan = await readRecord(path, 'the plan of a grid', gridPlanSchema);
  if (plan === undefined) {
    throw new RangeError(
      `'${folder}' must hold a planned grid, but there is no 'grid.json'; plan one with this folder as its output`,
    );
  }
  const listed = join(folder, 'runs.jsonl');
  const runs = (await readRecords(listed, 'a run of the grid', gridRunSchema, true)) ?? [];
  const each = runs.length / plan.rows.length;
  const isListed =
    runs.length > 0 &&
    runs.every(({ index }, i) => index === i) &&
    plan.rows.every((_, r) => runs.filter(({ row }) => row === r).length === each);
  if (!isListed) {
    throw new RangeError(
      `'${listed}' must list the runs of the ${plan.rows.length} rows of '${path}', as many of each and one after the other, but does not; plan the grid again`,
    );
  }
  return { ...plan, folder: resolve(folder), runs };
}

/** What a run is called where a person reads it. */
export function runName({ rows }: GridPlan, { row, seed, fold }: GridRun): string {
  return `${rows[row]!.name}, seed ${seed}${fold === null ? '' : `, fold ${fold}`}`;
}
