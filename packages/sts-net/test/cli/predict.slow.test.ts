import { readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { createVolume, readVolume, reorient, writeVolume } from '@sts-net/volume-io';
import { afterEach, beforeAll, describe, expect, it } from 'vitest';
import { configFor, makeData, writeConfig } from '../make-data.ts';
import { cli } from './run.ts';

let folder: string;
const at = (...names: string[]) => join(folder, ...names);
const predict = (...args: string[]) =>
  cli('predict', ...args, '--model', at('run'), '--backend', 'wasm');

beforeAll(async () => {
  folder = await makeData();
  const config = configFor();
  const training = config['training'] as Record<string, unknown>;
  const short = { ...training, steps: 2, validation: { every: 2 } };
  await cli('train', await writeConfig(folder, { ...config, training: short }));
});

afterEach(() => {
  for (const name of ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX']) delete process.env[name];
});

describe('predict one image', () => {
  it('writes probabilities and lesions beside the labels, and decides as told', async () => {
    const files = ['--output', at('one.nii.gz'), '--lesions', at('one.csv'), '--probabilities'];
    const decided = ['--threshold', '0.2', '--minimum-volume', '7', '--mirror', 'rows,columns'];
    const out = await predict(at('images', 'a.nii.gz'), ...files, ...decided);
    expect(out.stderr).toBe('');
    expect(out.code).toBe(0);
    const labels = await readVolume(at('one.nii.gz'));
    const { voxels } = await readVolume(at('one_probability.nii.gz'));
    for (const [i, label] of labels.voxels.data.entries()) {
      if (label === 1) expect(voxels.data[i]).toBeGreaterThanOrEqual(0.2);
    }
    const [header, ...lines] = readFileSync(at('one.csv'), 'utf8').trim().split('\n');
    expect(header).toMatch(/^number,class,voxels,volume_ml,longest_diameter_mm,mean_probability,/);
    const sizes = lines.filter((line) => line !== '').map((line) => Number(line.split(',')[2]));
    expect(sizes.reduce((a, b) => a + b, 0)).toBe(
      labels.voxels.data.filter((label: number) => label === 1).length,
    );
    // Voxels are 3 mm³.
    for (const size of sizes) expect(size).toBeGreaterThanOrEqual(3);
  });

  it('averages models, and sees tiles', async () => {
    const out = await predict(
      ...[at('images', 'a.nii.gz'), '--output', at('two.nii.gz'), '--model', at('run')],
      ...['--tile', '16', '--overlap', '0.25', '--fill-holes'],
    );
    expect(out).toMatchObject({ code: 0, stderr: '' });
  });

  it('writes uncertainty in 256 steps, along all axes, and lists it', async () => {
    const wanted = ['--uncertainty', '--probabilities', '--probabilities-type', 'uint8', '--axes'];
    const files = ['--output', at('axes.nii.gz'), '--lesions', at('axes.json')];
    const out = await predict(at('images', 'a.nii.gz'), ...files, ...wanted, '--threshold', '0.2');
    expect(out).toMatchObject({ code: 0, stderr: '' });
    const read = async (name: string) => readVolume(at(`axes_${name}.nii.gz`));
    const [p, entropy, disagreement] = await Promise.all(
      ['probability', 'entropy', 'disagreement'].map(read),
    );
    expect(p!.header).toMatchObject({ datatype: 'uint8', sclSlope: Math.fround(1 / 255) });
    for (const [i, share] of p!.voxels.data.entries()) {
      const own = [share, 1 - share].reduce((sum, q) => sum - (q > 0 ? q * Math.log2(q) : 0), 0);
      // A step of the probability near 0 is much of the entropy.
      expect(Math.abs(entropy!.voxels.data[i]! - own)).toBeLessThan(0.03);
      expect(disagreement!.voxels.data[i]!).toBeLessThanOrEqual(entropy!.voxels.data[i]!);
    }
    const { lesions } = JSON.parse(readFileSync(at('axes.json'), 'utf8'));
    for (const { meanEntropy, meanDisagreement } of lesions) {
      expect(meanEntropy).toBeGreaterThan(0);
      expect(meanDisagreement).toBeLessThanOrEqual(meanEntropy);
    }
  });

  it('warns of an image that is turned otherwise than those of the training', async () => {
    const image = await readVolume(at('images', 'a.nii.gz'));
    const { voxels, affine } = reorient(image, 'LAS');
    await writeVolume(at('turned.nii.gz'), createVolume(voxels, { affine }));
    const out = await predict(at('turned.nii.gz'), '--output', at('turned-labels.nii.gz'));
    expect(out.code).toBe(0);
    expect(out.stderr).toBe(
      "warning: 'image': columns, rows and slices lead towards L, A, S, the other way round than in training (RAS)\n",
    );
  });

  it('averages networks of different preprocessing', async () => {
    const config = configFor({ preprocessing: { size: [16, 16] }, output: 'small' });
    const training = config['training'] as Record<string, unknown>;
    const short = { ...training, patch: null, steps: 1, validation: { every: 1 } };
    await writeFile(at('small.json'), JSON.stringify({ ...config, training: short }));
    expect(await cli('train', at('small.json'))).toMatchObject({ code: 0 });
    const image = at('images', 'a.nii.gz');
    const files = (name: string) => ['--output', at(`${name}.nii.gz`), '--probabilities'];
    await predict(image, ...files('first'));
    await cli('predict', image, ...files('second'), '--model', at('small'), '--backend', 'wasm');
    await predict(image, ...files('both'), '--model', at('small'));
    const [first, second, both] = await Promise.all(
      ['first', 'second', 'both'].map(async (name) => {
        return (await readVolume(at(`${name}_probability.nii.gz`))).voxels.data;
      }),
    );
    const mean = Array.from(first!, (p, i) => (p + second![i]!) / 2);
    expect([...both!]).toBeAllclose(mean, { atol: 1e-6 });
  });

  it.each([
    [
      ['--probabilities', '--probabilities-type', 'uint8'],
      /--probabilities-type uint8 needs a scale, which .nrrd has no place for/,
      'labels.nrrd',
    ],
    [
      ['--probabilities-type', 'uint8'],
      /--probabilities-type must be given with --probabilities or --uncertainty/,
      'labels.nii.gz',
    ],
  ])('refuses %j', async (options, message, name) => {
    const out = await predict(at('images', 'a.nii.gz'), '--output', at(name), ...options);
    expect(out.code).toBe(2);
    expect(out.stderr).toMatch(message);
  });

  it.each([
    [
      ['--threshold', '1.5'],
      /--threshold must be from 0 to 1, or several with commas between, got '1.5'/,
    ],
    [['--threshold', '0.2,0.3'], /threshold must be one for all, or one for each of the 1 classes/],
    [['--mirror', 'slices'], /--mirror must be rows, columns or rows,columns, got 'slices'/],
    [['--overlap', '0.5'], /--overlap must be given with --tile/],
    [['--tile', '5000000'], /--tile must be pixels, as 512 or 512x768/],
    [['--most-likely', '--temperature', '2'], /--most-likely must be given without/],
    [['--lesions', 'list.txt'], /--lesions must end in .csv or .json, got 'list.txt'/],
    [['--shard', '0/2'], /--split, --shard, --shards and --format are for --manifest and --folder/],
    [['--folder', '.'], /give an image, or --manifest, or --folder/],
  ])('refuses %o', async (options, message) => {
    const image = at('images', 'a.nii.gz');
    const { code, stderr } = await predict(image, '--output', at('no.nii.gz'), ...options);
    expect(stderr).toMatch(message);
    expect([2, 65]).toContain(code);
    expect(readdirSync(folder)).not.toContain('no.nii.gz');
  });
});

describe('export onnx', () => {
  it.each([[], ['--size', 'any'], ['--size', '64x32']])(
    'predicts what the run does: %j',
    async (...size) => {
      const exported = await cli('export', 'onnx', at('run'), at('run.onnx'), ...size);
      expect(exported).toMatchObject({ code: 0, stderr: '' });
      const image = at('images', 'b.nii.gz');
      const files = (name: string) => ['--output', at(`${name}.nii.gz`), '--probabilities'];
      await predict(image, ...files('own'));
      await cli('predict', image, '--model', at('run.onnx'), ...files('onnx'));
      const [own, onnx] = await Promise.all(
        ['own', 'onnx'].map((name) => readVolume(at(`${name}_probability.nii.gz`))),
      );
      const { data } = own!.voxels;
      const differences = Array.from(onnx!.voxels.data, (p, i) => Math.abs(p - data[i]!));
      const most = Math.max(...differences);
      // Slices of 24 × 20 are padded to 32 × 32 by the network itself, and no further.
      if (size[1] === '64x32') expect(most).toBeGreaterThan(1e-3);
      else expect(most).toBeLessThan(1e-4);
    },
  );
});

describe('predict a folder', () => {
  it('predicts all in parts, goes on, and says what failed', async () => {
    writeFileSync(at('images', 'broken.nii.gz'), 'no volume');
    const all = ['--folder', at('images'), '--output', at('all')];
    const first = await predict(...all, '--shard', '0/2');
    expect(first.stdout).toContain('2 predicted, 1 failed');
    expect(first.code).toBe(65);
    expect(first.stderr).toContain('1 of 3 images could not be predicted; see ');
    expect(readFileSync(at('all', 'failures.jsonl'), 'utf8')).toContain('"id":"broken"');
    process.env['JOB_COMPLETION_INDEX'] = '1';
    const second = await predict(...all, '--shards', '2');
    expect(second).toMatchObject({ code: 0, stderr: '' });
    expect(second.stdout).toContain('2 predicted');
    delete process.env['JOB_COMPLETION_INDEX'];
    rmSync(at('images', 'broken.nii.gz'));
    expect((await predict(...all)).stdout).toContain('0 predicted, 4 there already');
    expect(await predict(...all, '--threshold', '0.3')).toMatchObject({
      code: 65,
      stderr: expect.stringContaining('holds predictions of other options'),
    });
  });

  it('refuses parts that are none', async () => {
    const all = ['--folder', at('images'), '--output', at('none')];
    expect((await predict(...all, '--shard', '2/2')).stderr).toContain(
      '--shard must be the number',
    );
    process.env['JOB_COMPLETION_INDEX'] = '3';
    expect(await predict(...all)).toMatchObject({
      code: 2,
      stderr: expect.stringContaining('must be given by --shards'),
    });
  });
});

describe('tune', () => {
  it('chooses an operating point, which predict uses and says so', async () => {
    const tuned = await cli('tune', at('run'), '--aim', 'recall@2', '--backend', 'wasm');
    expect(tuned.stderr).toBe('');
    expect(tuned.stdout).toContain(
      'for the most lesions found with at most 2 false alarms a case, on 1 validation case',
    );
    const chosen = JSON.parse(readFileSync(at('run', 'operating-point.json'), 'utf8'));
    expect(chosen.classes).toHaveLength(1);
    expect(readFileSync(at('run', 'operating-point.html'), 'utf8')).toContain('<svg');
    const image = at('images', 'a.nii.gz');
    const { stderr } = await predict(image, '--output', at('tuned.nii.gz'), '--probabilities');
    expect(stderr).toContain('at the operating point that was chosen for the most lesions found');
    const labels = await readVolume(at('tuned.nii.gz'));
    const { voxels } = await readVolume(at('tuned_probability.nii.gz'));
    const least = Math.fround(chosen.classes[0].threshold);
    for (const [i, label] of labels.voxels.data.entries()) {
      if (label === 1) expect(voxels.data[i]).toBeGreaterThanOrEqual(least);
    }
    const plain = await predict(image, '--output', at('plain.nii.gz'), '--most-likely');
    expect(plain.stderr).toBe('');
    rmSync(at('run', 'operating-point.json'));
  });

  it('refuses aims that are none, and points of other weights', async () => {
    const wrong = await cli('tune', at('run'), '--aim', 'recall');
    expect(wrong.stderr).toContain('--aim must be case-dice, lesion-f1, or recall@');
    const point = { threshold: 0.5, minimumVolume: 0, caseDice: 0, recall: 0, precision: 0 };
    writeFileSync(
      at('run', 'operating-point.json'),
      JSON.stringify({
        ...{ aim: 'case-dice', cases: 1, inPixels: false, weights: ['other'], temperature: 1 },
        classes: [{ ...point, lesionF1: 0, falseAlarms: 0 }],
      }),
    );
    const image = at('images', 'a.nii.gz');
    expect((await predict(image, '--output', at('no.nii.gz'))).stderr).toContain(
      'was chosen for other weights',
    );
    rmSync(at('run', 'operating-point.json'));
  });
});
