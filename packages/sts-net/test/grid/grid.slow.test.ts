import { cp, readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { openGrid } from '../../src/grid/grid-folder.ts';
import { configOf } from '../../src/grid/plan-grid.ts';
import { cli } from '../cli/run.ts';
import { makeData, oneStep, writeConfig } from '../make-data.ts';

const axes = { attention: ['none', 'esca'] };

async function dataWith(
  file: object = { axes },
  config: Record<string, unknown> = {},
): Promise<{ folder: string; path: string; output: string }> {
  const folder = await makeData();
  await writeConfig(folder, oneStep(config));
  const path = join(folder, 'grid.json');
  await writeFile(path, `// a grid\n${JSON.stringify({ base: 'config.json', ...file })}`);
  return { folder, path, output: join(folder, 'grid') };
}

describe('grid plan', () => {
  test('lists rows × seeds × folds, each with an id of its own', async () => {
    const { path, output } = await dataWith(
      { axes, seeds: [1, 2], folds: [0, 1] },
      {
        data: {
          cases: { folder: '.', image: 'images/{id}.nii.gz', mask: 'masks/{id}.nii.gz' },
          split: { test: ['d'], folds: 3, fold: 0 },
        },
      },
    );
    const { code, stdout, stderr } = await cli('grid', 'plan', path, '--output', output);
    expect([code, stderr]).toEqual([0, '']);
    expect(stdout).toContain('8 runs, index 0 to 7');
    const { runs } = await openGrid(output);
    expect(new Set(runs.map(({ id }) => id)).size).toBe(8);
    expect(runs.map(({ row, seed, fold }) => [row, seed, fold])).toEqual([
      ...[
        [0, 1, 0],
        [0, 1, 1],
        [0, 2, 0],
        [0, 2, 1],
      ],
      ...[
        [1, 1, 0],
        [1, 1, 1],
        [1, 2, 0],
        [1, 2, 1],
      ],
    ]);
    // ESCA's adaptive filters (ECA, eq. 12) on 16, 24, 32, 96 and 1280 channels: 3 + 3 + 3 + 3 + 5 taps.
    expect(runs[4]!.parameters - runs[0]!.parameters).toBe(17);
  });

  test('counts whole networks in place of the base’s pair', async () => {
    const { path, output } = await dataWith({
      axes: { network: ['m2snet', { name: 'denseaspp121', dropout: 0 }] },
      include: [{ attention: 'none' }],
    });
    const { code, stderr } = await cli('grid', 'plan', path, '--output', output);
    expect([code, stderr]).toEqual([0, '']);
    const grid = await openGrid(output);
    expect(grid.rows.map(({ name }) => name)).toEqual(['m2snet', 'denseaspp121', 'none']);
    // Two classes; of the references of the networks.
    expect(grid.runs.slice(0, 2).map(({ parameters }) => parameters)).toEqual([
      29_742_162, 8_266_690,
    ]);
    for (const { multiplyAdds } of grid.runs) expect(multiplyAdds).toBeGreaterThan(1e6);
    expect(grid.runs.map((run) => configOf(grid, run).model)).toEqual([
      { network: 'm2snet', classes: 2 },
      { network: { name: 'denseaspp121', dropout: 0 }, classes: 2 },
      { encoder: 'mobilenet_v2', decoder: 'unet', attention: 'none', classes: 2 },
    ]);
  });

  test('is the same plan wherever it is made, and another one with other data or config', async () => {
    const { folder, path, output } = await dataWith();
    const ids = async (name: string) => {
      await cli('grid', 'plan', path, '--output', join(folder, name));
      return (await openGrid(join(folder, name))).runs.map(({ id }) => id);
    };
    const first = await ids('grid');
    expect(await ids('again')).toEqual(first);
    await writeConfig(folder, oneStep({ output: 'elsewhere', backend: 'ort' }));
    expect(await ids('elsewhere')).toEqual(first);
    await writeConfig(folder, oneStep({ seed: 8 }));
    expect((await ids('seed'))[0]).not.toBe(first[0]);
    await writeConfig(folder, oneStep());
    await cp(join(folder, 'images', 'a.nii.gz'), join(folder, 'images', 'e.nii.gz'));
    const mask = await readFile(join(folder, 'masks', 'b.nii.gz'));
    await writeFile(join(folder, 'masks', 'e.nii.gz'), mask);
    expect((await ids('case'))[0]).not.toBe(first[0]);
    expect(output).toBe(join(folder, 'grid'));
  });

  test('refuses what is wrong before anything runs', async () => {
    const plan = async (file: object, config?: Record<string, unknown>) => {
      const { path, output } = await dataWith(file, config);
      const { code, stderr } = await cli('grid', 'plan', path, '--output', output);
      return [code, stderr];
    };
    const wrong = [
      [{ axes: { encoder: ['resnet51'] } }, /row 'resnet51'.*model.encoder/],
      [
        { axes: { network: ['m2snet'], attention: ['se'] } },
        /model\.attention: must be left out beside `network`/,
      ],
      [{ axes: { 'training.lose': [1] } }, /row '1'.*training/],
      [{ axes: { seed: [7, 7] } }, /rows must differ/],
      [{ axes: { backend: ['wasm', 'cpu'] } }, /come to the same config/],
      [{ axes, base: 'none.json' }, /none\.json/],
    ] as const;
    for (const [file, message] of wrong) {
      const [code, stderr] = await plan(file);
      expect([code, stderr]).toEqual([2, expect.stringMatching(message)]);
    }
    const data = { cases: { folder: '.', image: 'images/{id}.nii.gz', mask: 'masks/{id}.nii.gz' } };
    expect(await plan({ axes }, { data })).toEqual([
      2,
      expect.stringMatching(/test split, which is empty/),
    ]);
  });

  test('refuses an image that is on both sides of a split', async () => {
    const { folder, path, output } = await dataWith();
    await cp(join(folder, 'images', 'a.nii.gz'), join(folder, 'images', 'd.nii.gz'));
    const { code, stderr } = await cli('grid', 'plan', path, '--output', output);
    expect([code, stderr]).toEqual([65, expect.stringMatching(/data\.split/)]);
  });
});

test('a grid from its plan to its report', async () => {
  const { folder, path, output } = await dataWith({ axes, reference: { attention: 'esca' } });
  expect((await cli('grid', 'plan', path, '--output', output)).code).toBe(0);
  expect(await cli('grid', 'merge', output)).toMatchObject({ code: 2 });
  const first = await cli('grid', 'run', output, '--index', '1');
  expect([first.code, first.stdout]).toEqual([0, 'run 1 (esca, seed 7): done\n']);
  expect((await cli('grid', 'run', output, '--index', '1')).stdout).toContain('done already');
  expect((await cli('grid', 'status', output)).stdout).toMatch(/2 runs: 1 done, .* 1 waiting/);
  const partly = await cli('grid', 'merge', output);
  expect(partly.stdout).toContain('1 run is missing');
  process.env['JOB_COMPLETION_INDEX'] = '0';
  try {
    expect((await cli('grid', 'run', output, '--per-job', '2')).code).toBe(0);
  } finally {
    delete process.env['JOB_COMPLETION_INDEX'];
  }
  const merged = await cli('grid', 'merge', output);
  expect([merged.code, merged.stderr]).toEqual([0, '']);
  for (const name of ['report.html', 'report.csv', 'report.md']) {
    const text = await readFile(join(output, name), 'utf8');
    expect(text).toContain('esca');
    expect(text).not.toContain(folder);
  }
  // A failing run does not keep the rest of its job from going on.
  const { path: other, output: broken } = await dataWith({ axes });
  expect((await cli('grid', 'plan', other, '--output', broken)).code).toBe(0);
  await writeFile(join(broken, '..', 'images', 'a.nii.gz'), 'no volume');
  const failed = await cli('grid', 'run', broken, '--index', '0', '--per-job', '2');
  expect(failed.code).toBe(65);
  expect((await cli('grid', 'status', broken)).stdout).toMatch(/failed: 2\n {2}0: none, seed 7: /);
}, 120_000);

test('which job is to be done must be said, and be one', async () => {
  const { path, output } = await dataWith();
  await cli('grid', 'plan', path, '--output', output);
  const outcomes = [
    await cli('grid', 'run', output),
    await cli('grid', 'run', output, '--index', '2'),
    await cli('grid', 'run', output, '--index', '1', '--per-job', '2'),
    await cli('grid', 'run', output, '--index', '0', '--local', '2'),
    await cli('grid', 'run', output, '--index', '-1'),
  ];
  expect(outcomes.map(({ code }) => code)).toEqual([2, 2, 2, 2, 2]);
  expect(outcomes[0]!.stderr).toContain('--index');
  expect(outcomes[1]!.stderr).toContain('0 to 1, got 2');
});

test('the jobs for schedulers count as the runs do', async () => {
  const { path, output } = await dataWith({ axes, seeds: [1, 2, 3] });
  await cli('grid', 'plan', path, '--output', output);
  await cli('grid', 'slurm', output, '--per-job', '4', '--at-once', '8', '--time', '1-0');
  const slurm = await readFile(join(output, 'job.sbatch'), 'utf8');
  expect(slurm).toContain('#SBATCH --array=0-1%8\n');
  expect(slurm).toContain('#SBATCH --time=1-0\n');
  expect(slurm).toContain(`npx sts-net grid run '${output}' --per-job 4 &`);
  await cli('grid', 'kubernetes', output, '--per-job', '4');
  const kubernetes = await readFile(join(output, 'job.yaml'), 'utf8');
  expect(kubernetes).toContain('completions: 2\n');
  expect(kubernetes).toContain('"--per-job","4"');
  expect(await readFile(join(output, 'Dockerfile'), 'utf8')).toContain('FROM node:');
});
