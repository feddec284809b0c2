import { createHash } from 'node:crypto';
import { dirname, join, relative, resolve } from 'node:path';
import {
  type Case,
  checkLeakage,
  filesOf,
  findCases,
  type Split,
  splitCases,
} from '@sts-net/datasets';
import { checkNewFolder, writeFileAtomic } from '@sts-net/datasets/files';
import { ConfigError, validateWith } from '@sts-net/datasets/validation';
import { withLabels } from '../cases/find-split.ts';
import { withChanges } from '../config/config-changes.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { readConfigFile, validateConfig } from '../config/validate-config.ts';
import { prepareEngine } from '../runs/prepare-engine.ts';
import type { Grid, GridPlan, GridRun } from './grid-folder.ts';
import { changesOf, type GridRow, gridRows } from './grid-rows.ts';
import { gridSchema } from './grid-schema.ts';
import { CostEstimator } from './run-costs.ts';

/**
 * Plans the trainings of a grid file: every row with every seed and fold. Nothing is trained; the folder
 * gets `grid.json` and `runs.jsonl`, one run a line, and is all that its jobs need besides the data.
 *
 * @param path the grid file, JSON in which there may be comments
 * @param output a new or empty folder
 * @throws ConfigError or ValidationError naming file, row and field, where the grid or one of its configs is
 * wrong; RangeError if cases of one patient, or equal images, are on both sides of a split
 */
export async function planGrid(path: string, output: string): Promise<Grid> {
  const file = validateWith(gridSchema, await readConfigFile(path), path);
  await checkNewFolder('`output`', output);
  const basePath = resolve(dirname(path), file.base);
  const base = await readConfigFile(basePath);
  const { rows, ...described } = inFile(path, () => gridRows(file));
  const folder = resolve(output);
  const plan: GridPlan = {
    ...described,
    rows,
    base,
    baseFolder: relative(folder, dirname(basePath)) || '.',
  };
  // Networks are counted, not run.
  await prepareEngine('cpu');
  const data = new DataOfRuns(dirname(basePath));
  const costs = new CostEstimator();
  const runs: GridRun[] = [];
  const rowOf = new Map<string, GridRow>();
  for (const [r, row] of rows.entries()) {
    for (const seed of file.seeds ?? [null]) {
      for (const fold of file.folds ?? [null]) {
        const config = validateConfig(
          inFile(path, () => withChanges(base, changesOf(row, seed, fold))),
          `'${path}', row '${row.name}'`,
        );
        const split = await data.of(config);
        checkParts(split, row.name);
        const id = digest([identityOf(config), data.identity(split)]);
        const twin = rowOf.get(id);
        if (twin !== undefined) {
          throw new ConfigError(
            `'${path}': rows must differ, but '${twin.name}' and '${row.name}' come to the same config; take one away`,
          );
        }
        rowOf.set(id, row);
        const about = { index: runs.length, id, row: r, seed: config.seed, fold };
        runs.push({
          ...about,
          values: row.values,
          ...(await costs.estimate(config, split.training)),
        });
      }
    }
  }
  await writeFileAtomic(
    join(folder, 'runs.jsonl'),
    runs.map((run) => `${JSON.stringify(run)}\n`).join(''),
  );
  await writeFileAtomic(join(folder, 'grid.json'), `${JSON.stringify(plan, null, 2)}\n`);
  return { ...plan, folder, runs };
}

/** A run's effective config. */
export function configOf(grid: Grid, { row, seed, fold }: GridRun): ExperimentConfig {
  const changes = changesOf(grid.rows[row]!, seed, fold);
  return validateConfig(withChanges(grid.base, changes), `row '${grid.rows[row]!.name}'`);
}

/** What makes a config another one: not where its run is kept, nor what only watches it. */
function identityOf({
  output: _,
  backend: __,
  loggers: ___,
  ...config
}: ExperimentConfig): unknown {
  return config;
}

/** Errors about what a file holds name it. */
function inFile<T>(path: string, read: () => T): T {
  try {
    return read();
  } catch (cause) {
    if (!(cause instanceof ConfigError)) throw cause;
    throw new ConfigError(`'${path}': ${cause.message}`, { cause });
  }
}

const digest = (value: unknown): string =>
  createHash('sha256').update(JSON.stringify(value)).digest('hex').slice(0, 16);

function checkParts(split: Split, row: string): void {
  if (split.test.length > 0) return;
  throw new ConfigError(
    `row '${row}': a grid scores its runs on the test split, which is empty; name groups in \`data.split.test\`, or a share of them`,
  );
}

/** Finds, divides and checks the cases of configs; what is alike is looked at once. */
class DataOfRuns {
  readonly #baseFolder: string;
  readonly #found = new Map<string, Promise<readonly Case[]>>();
  readonly #splits = new Map<string, Split>();
  readonly #identities = new Map<Split, string>();

  constructor(baseFolder: string) {
    this.#baseFolder = baseFolder;
  }

  async of({ seed, data }: ExperimentConfig): Promise<Split> {
    if (data.cases === 'source') {
      throw new ConfigError(
        'data.cases: a grid runs by itself and needs a folder, a manifest or the cases, got "source"',
      );
    }
    const listed = JSON.stringify(data.cases);
    const found = this.#found.get(listed) ?? findCases(data.cases, this.#baseFolder);
    this.#found.set(listed, found);
    const cases = withLabels(await found, data.labels);
    const divided = splitCases(cases, data.split, seed);
    const key = JSON.stringify([
      listed,
      data.labels,
      Object.values(divided).map((part) => part.map(({ id }) => id)),
    ]);
    const known = this.#splits.get(key);
    if (known !== undefined) return known;
    await checkLeakage(divided);
    this.#splits.set(key, divided);
    return divided;
  }

  /** Which cases are where, and what the manifest says that they hold. */
  identity(split: Split): string {
    const known = this.#identities.get(split);
    if (known !== undefined) return known;
    const lines = Object.entries(split).map(([part, cases]: [string, readonly Case[]]) => [
      part,
      cases.map(({ id, group, image, mask, digest }) => [
        ...[id, group, digest ?? null],
        [...filesOf(image), mask].map((file) => relative(this.#baseFolder, file)),
      ]),
    ]);
    const made = digest(lines);
    this.#identities.set(split, made);
    return made;
  }
}
