import { mkdirSync, readFileSync, renameSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { fileDigest } from '@sts-net/datasets/files';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { train } from '../../src/runs/train.ts';
import { cli } from '../cli/run.ts';
import { configFor, makeData } from '../make-data.ts';

let data: string;
let run: string;
const at = (...names: string[]) => join(data, ...names);

// biome-ignore lint/suspicious/noExplicitAny: tests index the file freely.
async function evaluated(...args: string[]): Promise<any> {
  const outcome = await cli('evaluate', ...args, '--json', at('one.json'));
  expect(outcome).toMatchObject({ code: 0 });
  return { ...JSON.parse(readFileSync(at('one.json'), 'utf8')), stdout: outcome.stdout };
}
const ofRun = (...more: string[]) => evaluated('--model', run, '--backend', 'wasm', ...more);

/** What `predict` leaves of the test case, against its mask. */
async function ofPrediction(name: string, ...more: string[]) {
  for (const folder of [name, `${name}-truth`]) mkdirSync(at(folder));
  const image = at('images/d.nii.gz');
  const output = ['--output', at(name, 'd.nii.gz'), '--probabilities', '--backend', 'wasm'];
  const predicted = await cli('predict', image, '--model', run, ...output, ...more);
  expect(predicted).toMatchObject({ code: 0 });
  writeFileSync(at(`${name}-truth`, 'd.nii.gz'), readFileSync(at('masks/d.nii.gz')));
  const folders = ['--prediction', at(name), '--truth', at(`${name}-truth`)];
  return evaluated(...folders, '--probabilities', at(name));
}

beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
  const training = { ...(configFor()['training'] as object), steps: 3 };
  const config = validateConfig(configFor({ output: 'run', training }));
  run = (await train(config, { baseFolder: data })).output;
});

describe('evaluate of a run', () => {
  it('is that of the files that predict leaves, with their probabilities', async () => {
    const page = at('one.html');
    const [own, files] = [await ofRun('--html', page), await ofPrediction('likely')];
    // Its lesion, and what is false, on the image.
    expect(readFileSync(page, 'utf8')).toMatch(/<h3>d: Dice .*small-lesions.*data:image\/png/s);
    expect(own.probabilities.labels[0].candidates).toBeGreaterThan(0);
    expect(own.cases[0].scores).toEqual(files.cases[0].scores);
    expect(own.probabilities).toEqual({
      ...files.probabilities,
      labels: files.probabilities.labels.map(({ label: _, ...one }: { label: number }) => one),
    });
    const target = await ofRun('--label', '1');
    expect(target.cases[0].scores).toEqual(own.cases[0].scores);
    const refused = await cli('evaluate', '--model', run, '--label', '2');
    expect(refused).toMatchObject({ code: 65, stdout: '' });
    expect(refused.stderr).toContain(
      'must be of the classes that the network tells, 1 to 1, got 2',
    );
  });

  it('is at the operating point that it was tuned to, as predict is, and says so', async () => {
    const likely = await ofRun();
    const points = {
      ...{ aim: 'lesion-f1', cases: 1, inPixels: false, temperature: 2 },
      weights: [await fileDigest(join(run, 'best.safetensors'))],
      classes: [
        {
          ...{ threshold: 0.3, minimumVolume: 10, caseDice: 0, recall: 0, precision: 0 },
          ...{ lesionF1: 0, falseAlarms: 0 },
        },
      ],
    };
    writeFileSync(join(run, 'operating-point.json'), JSON.stringify(points));
    const [own, files] = [await ofRun(), await ofPrediction('tuned')];
    expect(own.cases[0].scores).toEqual(files.cases[0].scores);
    expect(own.cases[0].probabilities).toEqual(files.cases[0].probabilities);
    expect(own.stdout).toContain(
      'At the operating point that was chosen for the F1 of the lesions: probabilities from 0.300 on, without lesions below 10.0 mm³; logits are divided by 2.',
    );
    expect(own.cases[0].probabilities).not.toEqual(likely.cases[0].probabilities);
    expect((await ofRun('--most-likely')).cases).toEqual(likely.cases);
    renameSync(join(run, 'operating-point.json'), at('operating-point.json'));
  });
});
