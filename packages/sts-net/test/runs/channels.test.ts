import { createHash } from 'node:crypto';
import { existsSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { mkdir, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import { runNormalization } from '@sts-net/experiment';
import { predictVolume } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import { temporaryFolder, uniform } from '@sts-net/testing';
import { createVolume, readVolume, resample, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileReader, type SourceCase } from '../../src/cases/case-reader.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { evaluateRun } from '../../src/evaluation/evaluate-run.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { exportModel } from '../../src/onnx/export-model.ts';
import { loadOnnx } from '../../src/onnx/load-onnx.ts';
import { reportRun } from '../../src/reporting/report-run.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { readModelFile } from '../../src/runs/model-file.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { cli } from '../cli/run.ts';
import { configFor, makeData, shape } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

const ids = ['a', 'b', 'c', 'd'];
let data: string;
const at = (...parts: string[]) => join(data, ...parts);

beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData(ids);
  await mkdir(at('t1'));
  for (const id of ids) {
    // Surrounded by zeros, and finer: brought to the grid of the first.
    const voxels = ndarray(new Float32Array(shape[0] * shape[1] * shape[2]), [...shape]);
    uniform(`${id} t1`, 4 * 14 * 10).forEach((u, i) => {
      voxels.set(1 + Math.floor(i / 140), 5 + (Math.floor(i / 10) % 14), 5 + (i % 10), 10 + u);
    });
    const t1 = createVolume(voxels, { spacing: [3, 1, 1] });
    await writeVolume(at('t1', `${id}.nii.gz`), id === 'b' ? resample(t1, [3, 0.5, 0.5]) : t1);
  }
});

const cases = {
  folder: '.',
  image: { flair: 'images/{id}.nii.gz', t1: 't1/{id}.nii.gz' },
  mask: 'masks/{id}.nii.gz',
};
const config = (changes: Record<string, unknown> = {}) => {
  const { data: all, training, ...rest } = configFor(changes) as Record<string, object>;
  return {
    ...rest,
    training: { ...training, steps: 2, validation: { every: 2 } },
    data: { cases, ...all, ...(changes['data'] ? {} : { cases }) },
  };
};
/** Trains a network of two convolutions, or that of the config. */
async function run(
  changes: Record<string, unknown>,
  { channels = 6, ...options }: TrainOptions & { channels?: number | undefined } = {},
) {
  const model = channels === 0 ? undefined : tinyModel(channels);
  try {
    const own = { baseFolder: data, ...options, ...(model && { model }) };
    return await train(validateConfig(config(changes)), own);
  } finally {
    model?.dispose();
  }
}
function weights({ output }: { output: string }): string {
  const { tensors } = readModelFile(join(output, 'best.safetensors'));
  const hash = createHash('sha256');
  for (const [name, { data: values }] of tensors) hash.update(name).update(values);
  return hash.digest('hex');
}

describe('a run with named channels', () => {
  it('takes those of its cases, chooses a rule for each, and saves both with its weights', async () => {
    const { output } = await run({ output: 'named' }, { channels: 0 });
    const { network, preprocessing } = readModelFile(join(output, 'best.safetensors')).description;
    expect(preprocessing).toMatchObject({
      channels: ['flair', 't1'],
      normalization: { flair: { name: 'all' }, t1: { name: 'nonzero' } },
    });
    expect(network).toMatchObject({ encoder: 'mobilenet_v2' });
    const [start] = await readLog(join(output, 'log.jsonl'));
    expect((start as { normalization: { reason: string } }).normalization.reason).toBe(
      'flair: zeros do not surround what the images show; t1: zeros surround what the images show',
    );
    const { model } = await loadModel(output);
    expect(model.inputs[0]!.shape.at(-1)).toBe(6);
    model.dispose();
    // The config in the folder says what was taken, and goes on.
    const kept = JSON.parse(readFileSync(join(output, 'config.json'), 'utf8'));
    expect(kept.preprocessing.channels).toEqual(['flair', 't1']);
    expect((await run({ output: 'named' }, { resume: true, channels: 0 })).finished).toBe(true);
    const other = { output: 'named', preprocessing: { channels: ['t1', 'flair'] } };
    await expect(run(other, { resume: true })).rejects.toThrow(
      '`preprocessing.channels.0` differs',
    );
  });

  it('is scored, reported and exported with all of them', async () => {
    const output = at('named');
    const evaluation = await evaluateRun(output, 'test', { backend: 'wasm' });
    expect(evaluation.cases.map(({ id }) => id)).toEqual(['d']);
    const { report, path } = await reportRun(output, { backend: 'wasm' });
    expect(report.runs[0].scores!.slices).toEqual(evaluation.slices);
    expect(readFileSync(path, 'utf8')).toContain('6 channels');
    // The picture is the first channel's.
    const flair = await readVolume(at('images', 'd.nii.gz'));
    const { voxels } = report.cases[0]!.volume;
    expect([voxels.get(2, 3, 4), voxels.get(5, 23, 19)]).toEqual([
      flair.voxels.get(2, 3, 4),
      flair.voxels.get(5, 23, 19),
    ]);
    const loaded = await loadModel(output);
    await useBackend('ort');
    writeFileSync(at('named.onnx'), await exportModel(loaded, { size: [32, 32] }));
    await useBackend('wasm');
    const onnx = await loadOnnx(at('named.onnx'));
    expect(onnx.preprocessing).toEqual(loaded.preprocessing);
    const image = { flair, t1: await readVolume(at('t1', 'd.nii.gz')) };
    const { preprocessing } = loaded;
    const of = async (predictor: typeof onnx.predictor) =>
      (await predictVolume(predictor, image, { preprocessing })).probabilities().voxels.data;
    const padded = await of(onnx.predictor);
    expect(padded).toBeAllclose(await of(predictorOf(loaded.model)), { rtol: 0, atol: 1e-4 });
    loaded.model.dispose();
  });

  it('is predicted with by name', async () => {
    const [flair, t1] = [at('images', 'd.nii.gz'), at('t1', 'd.nii.gz')];
    const predict = (...images: string[]) =>
      cli('predict', ...images, '--model', at('named'), '--output', at('label.nii.gz'));
    const found = await predict(`t1=${t1}`, `flair=${flair}`);
    expect([found.code, found.stderr]).toEqual([0, '']);
    const { model, preprocessing } = await loadModel(at('named'));
    const image = { flair: await readVolume(flair), t1: await readVolume(t1) };
    const expected = await predictVolume(predictorOf(model), image, { preprocessing });
    model.dispose();
    const labels = await readVolume(at('label.nii.gz'));
    expect([...labels.voxels.data]).toEqual([...expected.labels().voxels.data]);
    for (const [images, message] of [
      [[flair], 'the network takes 2 channels; give flair=FILE t1=FILE'],
      [[`flair=${flair}`], "but the image of 't1' is missing"],
      [[`flair=${flair}`, `t2=${t1}`], "has no channel 't2'; did you mean 't1'?"],
      [[`flair=${flair}`, t1], 'each image must be that of a named channel'],
      [[`flair=${flair}`, `flair=${t1}`], "the channel 'flair' must have one image, got two"],
      [[`flair=${flair}`, 't1='], 'each image must be that of a named channel'],
      [[`flair=${flair}`, `t1=${at('x.png')}`], 'all volumes or all 2-D'],
      [[`flair=${flair}`, `t1=${at('label.nii.gz')}`], '--output must not be the image itself'],
    ] as const) {
      const refused = await predict(...images);
      expect(refused.stderr).toContain(message);
      expect(refused.code).toBe(2);
    }
  });

  it('has the same numbers from memory, with a cache on disk, and in another order of the cases’ channels', async () => {
    const files = weights(await run({ output: 'files' }));
    const source: SourceCase[] = await Promise.all(
      ids.map(async (id) => ({
        id,
        image: {
          flair: await readVolume(at('images', `${id}.nii.gz`)),
          t1: await readVolume(at('t1', `${id}.nii.gz`)),
        },
        mask: await readVolume(at('masks', `${id}.nii.gz`)),
      })),
    );
    const split = { validation: ['c'], test: ['d'] };
    const fromCode = { data: { cases: 'source', split } };
    expect(weights(await run({ output: 'memory', ...fromCode }, { source }))).toEqual(files);
    const cached = { data: { cases, split, cache: 'kept', cacheMegabytes: 1 } };
    for (const output of ['first', 'second']) {
      expect(weights(await run({ output, ...cached }))).toEqual(files);
    }
    const turned = { ...cases, image: { t1: cases.image.t1, flair: cases.image.flair } };
    const named = { preprocessing: { channels: ['flair', 't1'] } };
    // Of case b the first is another grid then, on which the mask does not lie.
    const without = { data: { cases: turned, split: { ...split, test: ['b', 'd'] } }, ...named };
    const straight = { data: { cases, split: { ...split, test: ['b', 'd'] } }, ...named };
    const one = await run({ output: 'turned', ...without });
    expect(weights(one)).toEqual(weights(await run({ output: 'straight', ...straight })));
  });

  it('may take some of them, and amplifies all', async () => {
    const some = { preprocessing: { channels: ['t1'] } };
    const { output } = await run({ output: 'some', ...some }, { channels: 3 });
    const { model, preprocessing } = await loadModel(output);
    expect(model.inputs[0]!.shape.at(-1)).toBe(3);
    expect(preprocessing.normalization).toEqual({ t1: { name: 'nonzero' } });
    model.dispose();
    const amplified = {
      amplification: {
        method: 4,
        online: [
          { name: 'copy-paste', probability: 1 },
          { name: 'affine', probability: 1 },
          { name: 'intensity', probability: 1 },
        ],
      },
    };
    const all = await run({ output: 'amplified', ...amplified });
    expect(all.finished).toBe(true);
    await writeFile(at('amplify.json'), JSON.stringify(config(amplified)));
    const written = await cli('amplify', at('amplify.json'), '--output', at('copies'));
    expect([written.code, written.stderr]).toEqual([0, '']);
    const [line] = readFileSync(at('copies', 'manifest.jsonl'), 'utf8').split('\n');
    expect((await readVolume(at('copies', JSON.parse(line!).image))).voxels.shape[0]).toBe(6);
    const png = await cli('amplify', at('amplify.json'), '--output', at('png'), '--format', 'png');
    expect(png.stderr).toContain('`preprocessing.context` 1 of 2 named channels makes 6');
    const counted = await cli('stats', at('amplify.json'));
    expect([counted.code, counted.stderr]).toEqual([0, '']);
  });

  it('says which case lacks a channel, or lets 0 stand for it', async () => {
    rmSync(at('t1', 'a.nii.gz'));
    expect(existsSync(at('t1', 'a.nii.gz'))).toBe(false);
    await expect(run({ output: 'lacking' })).rejects.toThrow(
      "case 'a': must have the channel 't1' as case 'b' has; add its image, say which channels the network takes in `preprocessing.channels`, or let 0 stand for what is missing (`preprocessing.missing`)",
    );
    const both = { preprocessing: { channels: ['flair', 't1'] } };
    await expect(run({ output: 'lacking', ...both })).rejects.toThrow(
      "'a': must have the channel 't1', but has 'flair' only",
    );
    const filled = await run({ output: 'filled', preprocessing: { missing: 'zero' } });
    expect(filled.finished).toBe(true);
    const flair = at('images', 'd.nii.gz');
    const predicted = await cli(
      ...['predict', `flair=${flair}`, '--model', filled.output, '--output', at('filled.nii')],
    );
    expect([predicted.code, predicted.stderr]).toEqual([0, '']);
  });

  it('refuses cases of which some have names, and pictures beside volumes', async () => {
    const split = { validation: ['c'] };
    const listed = ids.slice(1).map((id) => ({
      id,
      image: id === 'd' ? `images/${id}.nii.gz` : { flair: `images/${id}.nii.gz` },
      mask: `masks/${id}.nii.gz`,
    }));
    await expect(run({ output: 'mixed', data: { cases: listed, split } })).rejects.toThrow(
      "case 'd': must have named channels as others have (flair), got one image",
    );
    const pictures = listed.map((one) => ({
      ...one,
      image: { flair: `images/${one.id}.nii.gz`, t1: 't1/picture.png' },
    }));
    await writeFile(at('t1', 'picture.png'), 'no picture');
    await expect(run({ output: 'mixed', data: { cases: pictures, split } })).rejects.toThrow(
      "channel 't1' must be a volume as 'flair' is",
    );
  });
});

it('runNormalization looks at each channel that a case has', async () => {
  const folder = temporaryFolder();
  const cut = new Float32Array(512);
  cut.fill(5, 200, 300).fill(7, 210, 220);
  const paths = { cut: join(folder, 'cut.nii'), whole: join(folder, 'whole.nii') };
  await writeVolume(paths.cut, createVolume(ndarray(cut, [8, 8, 8])));
  await writeVolume(
    paths.whole,
    createVolume(
      ndarray(
        cut.map((v) => v + 1),
        [8, 8, 8],
      ),
    ),
  );
  const one = (id: string, image: Record<string, string>) => ({ id, group: id, image, mask: '' });
  const cases = [one('a', { x: paths.cut, y: paths.whole }), one('b', { x: paths.cut })];
  const { rule } = await runNormalization({ channels: ['x', 'y'] }, undefined, cases, fileReader);
  expect(rule).toEqual({ x: { name: 'nonzero' }, y: { name: 'all' } });
});
