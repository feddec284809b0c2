import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { temporaryFolder } from '@sts-net/testing';
import type { GridPlan, GridRun } from '../../src/grid/grid-folder.ts';
import type { ResultCase, RunResult } from '../../src/grid/run-result.ts';
import type { CaseScores } from '../../src/scoring/case-score.ts';
import { scoreNames } from '../../src/scoring/scores.ts';
import { configFor } from '../make-data.ts';

/** Writes the plan of a grid with these rows and seeds, without data, and returns its folder. */
export async function makeGrid(rows: readonly string[], seeds: readonly number[]): Promise<string> {
  const folder = temporaryFolder();
  const plan: GridPlan = {
    title: 'Grid',
    notes: [],
    reference: 0,
    rows: rows.map((name) => ({ name, values: { 'model.attention': name } })),
    base: configFor(),
    baseFolder: '.',
  };
  const runs = rows.flatMap((name, row) =>
    seeds.map((seed, s): GridRun => {
      const index = row * seeds.length + s;
      return {
        ...{ index, id: `id${index}`, row, seed, fold: null, values: { 'model.attention': name } },
        ...{ parameters: 10, multiplyAdds: 100, memory: 1e6, seconds: 1 },
      };
    }),
  );
  await mkdir(join(folder, 'runs'));
  await writeFile(join(folder, 'grid.json'), JSON.stringify(plan));
  await writeFile(
    join(folder, 'runs.jsonl'),
    runs.map((run) => `${JSON.stringify(run)}\n`).join(''),
  );
  return folder;
}

/** A result with a Dice for each case; every other score is 0.5. */
export function resultWith(
  dice: Readonly<Record<string, number>>,
  found: Readonly<Record<string, number>> = {},
): RunResult {
  const cases = Object.entries(dice).map(([id, value]): ResultCase => {
    const score = (name: string) => ({
      value: name === 'dice' ? value : 0.5,
      byRule: false as const,
    });
    const scores = Object.fromEntries(scoreNames.map((name) => [name, score(name)])) as CaseScores;
    const bin = { from: 0, to: Number.POSITIVE_INFINITY, lesions: 4, found: found[id] ?? 1 };
    return { id, patient: id.slice(0, 1), scores, recallBySize: [bin] };
  });
  return { steps: 3, inPixels: false, paper: [0.7, 0.6, 0.5, 0.4, 0.3], cases };
}
