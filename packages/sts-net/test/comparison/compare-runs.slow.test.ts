import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { createVolume, readVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { train } from '../../src/runs/train.ts';
import { cli } from '../cli/run.ts';
import { configFor, makeData } from '../make-data.ts';

let data: string;
const at = (...names: string[]) => join(data, ...names);

async function trained(output: string, steps: number, changes: object = {}): Promise<string> {
  const training = { ...(configFor()['training'] as object), steps };
  const config = validateConfig(configFor({ output, training, ...changes }));
  return (await train(config, { baseFolder: data })).output;
}

// biome-ignore lint/suspicious/noExplicitAny: tests index the file freely.
async function compared(...args: string[]): Promise<any> {
  const outcome = await cli('compare', ...args, '--json', at('one.json'), '--names', 'one,other');
  expect(outcome).toMatchObject({ code: 0 });
  return JSON.parse(readFileSync(at('one.json'), 'utf8'));
}

beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

describe('compare of runs', () => {
  it('is that of the files that predict leaves of their split, with probabilities', async () => {
    const split = { validation: ['c'], test: ['d', 'b'] };
    const changes = { data: { ...(configFor()['data'] as object), split } };
    const runs = { a: await trained('a', 3, changes), b: await trained('b', 1, changes) };
    for (const name of ['pa', 'pb', 'truth']) mkdirSync(at(name));
    for (const id of ['b', 'd']) {
      writeFileSync(at('truth', `${id}.nii.gz`), readFileSync(at('masks', `${id}.nii.gz`)));
      for (const [name, run] of Object.entries(runs)) {
        const output = ['--output', at(`p${name}`, `${id}.nii.gz`), '--probabilities'];
        const args = [at('images', `${id}.nii.gz`), '--model', run, ...output];
        expect(await cli('predict', ...args, '--backend', 'wasm')).toMatchObject({ code: 0 });
      }
    }
    const scores = ['--scores', 'dice,lesion-dice,volume-difference', '--sizes', '20,60'];
    const own = await compared(runs.a, runs.b, '--backend', 'wasm', ...scores);
    const soft = ['--probabilities-a', at('pa'), '--probabilities-b', at('pb')];
    const files = await compared(at('pa'), at('pb'), '--truth', at('truth'), ...soft, ...scores);
    expect(own.rows).toEqual(files.rows);
    expect(own.pooled).toEqual(files.pooled);
    expect(own.cases.map(({ id }: { id: string }) => id)).toEqual(['b', 'd']);
    expect(own.pooled.map(({ title }: { title: string }) => title)).toEqual(
      expect.arrayContaining(['lesions found, 20 to 60', 'average precision of lesions']),
    );
  });

  it('refuses runs whose cases or masks differ, and options that are for files', async () => {
    const [a, b] = [await trained('x', 1), at('y')];
    const split = { validation: ['c'], test: ['b'] };
    await trained('y', 1, { data: { ...(configFor()['data'] as object), split } });
    const differ = await cli('compare', a, b, '--backend', 'wasm');
    expect(differ).toMatchObject({ code: 65, stdout: '' });
    expect(differ.stderr).toMatch(
      /case 'b': the test split of '.*y' has it, but that of '.*x' has not/,
    );
    mkdirSync(at('others'));
    for (const id of ['a', 'b', 'c', 'd']) {
      const { voxels } = await readVolume(at('masks', `${id}.nii.gz`));
      const other = Uint8Array.from(voxels.data, (label, i) => (i === 0 ? 1 : label));
      const volume = createVolume(ndarray(other, [...voxels.shape]), { spacing: [3, 1, 1] });
      await writeVolume(at('others', `${id}.nii.gz`), volume);
    }
    const own = configFor()['data'] as { readonly cases: object };
    const cases = { ...own.cases, mask: 'others/{id}.nii.gz' };
    const changed = await trained('z', 1, { data: { ...own, cases } });
    const masks = await cli('compare', a, changed, '--backend', 'wasm');
    expect(masks).toMatchObject({ code: 65, stdout: '' });
    expect(masks.stderr).toContain("case 'd': the two runs must have the same mask of it");
    for (const [wrong, text] of [
      [['--ignore', '3'], '--ignore is for files'],
      [['--probabilities-a', at('x')], '--probabilities-a is for files'],
      [['--truth', at('masks'), '--split', 'test'], '--split is for runs'],
    ] as const) {
      const refused = await cli('compare', a, a, ...wrong);
      expect(refused).toMatchObject({ code: 2, stdout: '' });
      expect(refused.stderr).toContain(text);
    }
  });
});
