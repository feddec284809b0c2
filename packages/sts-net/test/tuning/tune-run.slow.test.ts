import { existsSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, readVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { train } from '../../src/runs/train.ts';
import { cli } from '../cli/run.ts';
import { configFor, makeData } from '../make-data.ts';

let data: string;
const at = (...names: string[]) => join(data, ...names);

async function trained(
  output: string,
  split: { readonly validation: readonly string[]; readonly test: readonly string[] },
  { model = {}, folder = data }: { readonly model?: object; readonly folder?: string } = {},
): Promise<string> {
  const own = configFor();
  const training = { ...(own['training'] as object), steps: 3 };
  const cases = { ...(own['data'] as object), split };
  const changes = { output, training, data: cases };
  const config = configFor({ ...changes, model: { ...(own['model'] as object), ...model } });
  return (await train(validateConfig(config), { baseFolder: folder })).output;
}

const tune = (...args: string[]) => cli('tune', ...args, '--backend', 'wasm');
const pointsOf = (run: string) =>
  JSON.parse(readFileSync(join(run, 'operating-point.json'), 'utf8'));

beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

describe('tune of several runs', () => {
  it('makes one choice of all folds, keeps it with each, and predict of all or of one is there', async () => {
    const folds = [
      await trained('fold-0', { validation: ['a'], test: ['d'] }),
      await trained('fold-1', { validation: ['b'], test: ['d'] }),
    ];
    const outcome = await tune(...folds, '--aim', 'case-dice');
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    expect(outcome.stdout).toContain('on 2 validation cases of 2 runs;');
    const [one, other] = folds.map(pointsOf);
    expect(one).toEqual(other);
    expect(one).toMatchObject({ cases: 2 });
    expect(new Set(one.weights).size).toBe(2);
    expect(existsSync(join(folds[0]!, 'operating-point.html'))).toBe(true);
    const predict = (...models: string[]) =>
      cli(
        ...['predict', at('images/d.nii.gz'), '--output', at('p.nii.gz'), '--backend', 'wasm'],
        ...models.flatMap((path) => ['--model', path]),
      );
    const note = 'at the operating point that was chosen for the mean Dice of the cases';
    expect((await predict(...folds)).stderr).toContain(note);
    expect((await predict(folds[1]!)).stderr).toContain(note);
    // Chosen for one alone, it says nothing of the mean of both.
    expect(await tune(folds[0]!)).toMatchObject({ code: 0 });
    expect((await predict(...folds)).stderr).toBe('');
    for (const fold of folds) rmSync(join(fold, 'operating-point.json'));
  });

  it('never tunes on a test case of any of them, nor counts one twice', async () => {
    const run = await trained('one', { validation: ['a'], test: ['d'] });
    const tested = await trained('two', { validation: ['d'], test: ['c'] });
    const refused = await tune(run, tested);
    expect(refused).toMatchObject({ code: 65, stdout: '' });
    expect(refused.stderr).toMatch(/case 'd' validates '.*two', but is a test case of '.*one'/);
    const twice = await tune(run, run);
    expect(twice.stderr).toMatch(/case 'a' must validate one run only, but validates '.*one' and/);
    expect(existsSync(join(run, 'operating-point.json'))).toBe(false);
  });

  it('of several classes finds a temperature, and points for each at it', async () => {
    const folder = temporaryFolder();
    const copy = await makeData();
    // A second class: the last slice of every lesion.
    for (const id of ['a', 'b', 'c', 'd']) {
      const path = join(copy, 'masks', `${id}.nii.gz`);
      const { voxels } = await readVolume(path);
      const labels = Uint8Array.from(voxels.data, (label, i) => label * (i >= 3 * 480 ? 2 : 1));
      await writeVolume(path, createVolume(ndarray(labels, [6, 24, 20]), { spacing: [3, 1, 1] }));
    }
    const split = { validation: ['c'], test: ['d'] };
    const run = await trained(join(folder, 'run'), split, { model: { classes: 3 }, folder: copy });
    const outcome = await tune(run);
    expect(outcome).toMatchObject({ code: 0, stderr: '' });
    const { temperature, classes } = pointsOf(run);
    expect(classes).toHaveLength(2);
    expect(temperature).not.toBe(1);
    expect(outcome.stdout).toContain(`temperature ${temperature}`);
    expect(readFileSync(join(run, 'operating-point.html'), 'utf8')).toContain('<h2>Class 2</h2>');
  });
});
