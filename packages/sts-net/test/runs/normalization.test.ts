import { join } from 'node:path';
import { useBackend } from '@sts-net/backend';
import type { Case } from '@sts-net/datasets';
import { runNormalization } from '@sts-net/experiment';
import { temporaryFolder } from '@sts-net/testing';
import { createVolume, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, it } from 'vitest';
import { fileReader } from '../../src/cases/case-reader.ts';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { parseDescription, readModelFile } from '../../src/runs/model-file.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { writeSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';
import { tinyModel } from '../tiny-model.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

async function trained(
  config: Record<string, unknown>,
  options: TrainOptions = {},
): Promise<{ output: string; started: unknown }> {
  const model = tinyModel();
  try {
    const { output } = await train(validateConfig(configFor(config)), {
      baseFolder: data,
      model,
      ...options,
    });
    const starts = (await readLog(join(output, 'log.jsonl'))).filter(
      ({ event }) => event === 'start',
    );
    return { output, started: (starts.at(-1) as { normalization: unknown }).normalization };
  } finally {
    model.dispose();
  }
}

const savedIn = (path: string) => readModelFile(path).description.preprocessing.normalization;

describe('the rule of a run', () => {
  it('that its config leaves open is chosen, logged, and saved with the weights', async () => {
    const { output, started } = await trained({ output: 'chosen' });
    const reason = 'zeros do not surround what the images show';
    expect(started).toEqual({ rule: { name: 'all' }, reason });
    for (const name of ['best', 'last']) {
      expect(savedIn(join(output, `${name}.safetensors`))).toEqual({ name: 'all' });
    }
    const again = await trained({ output: 'chosen' }, { resume: true });
    expect(again.started).toEqual({ rule: { name: 'all' }, reason: 'the run began so' });
  });

  it('that its config gives is that, and may not change when it is resumed', async () => {
    const window = { normalization: { name: 'window', low: 100, high: 210 } };
    const { output, started } = await trained({ output: 'given', preprocessing: window });
    expect(started).toEqual({ rule: window.normalization, reason: 'the config says so' });
    expect(savedIn(join(output, 'best.safetensors'))).toEqual(window.normalization);
    // Left open, it is the one that the run began with.
    expect((await trained({ output: 'given' }, { resume: true })).started).toMatchObject({
      rule: window.normalization,
    });
    const other = { output: 'given', preprocessing: { normalization: { name: 'all' } } };
    await expect(trained(other, { resume: true })).rejects.toThrow(
      '`preprocessing.normalization.name` differs',
    );
  });
});

describe('runNormalization', () => {
  const folder = temporaryFolder();
  /** A volume of numbers above 0, in a frame of zeros where `isCut`. */
  async function caseOf(id: string, isCut: boolean, more: Partial<Case> = {}): Promise<Case> {
    const image = join(folder, `${id}.nii`);
    const voxels = ndarray(new Float32Array(8 * 8 * 8), [8, 8, 8]);
    const [from, to] = isCut ? [2, 6] : [0, 8];
    for (let z = from; z < to; z++)
      for (let y = from; y < to; y++)
        for (let x = from; x < to; x++) voxels.set(z, y, x, 1 + z + 2 * y + 3 * x);
    await writeVolume(image, createVolume(voxels));
    return { id, group: id, image, mask: image, ...more };
  }
  const chosen = async (...cases: Case[]) =>
    (await runNormalization({}, undefined, cases, fileReader)).rule.name;

  it('looks at what was read', async () => {
    const [cut, whole] = [await caseOf('cut', true), await caseOf('whole', false)];
    expect(await chosen(cut, cut)).toBe('nonzero');
    expect(await chosen(cut, whole)).toBe('all');
    expect(await chosen({ ...cut, modality: 'MR' })).toBe('nonzero');
    expect(await chosen({ ...cut, modality: 'US' })).toBe('all');
    // Of many at eight, evenly spaced, so that a large data set is not read twice.
    const unread = { ...cut, image: join(folder, 'none.nii') };
    const many = Array.from({ length: 9 }, (_, i) => (i === 4 ? unread : cut));
    expect(await chosen(...many)).toBe('nonzero');
    await expect(chosen(...many.slice(1))).rejects.toThrow('none.nii');
  });

  it('looks at no voxels where they tell nothing', async () => {
    const missing = { id: 'x', group: 'x', image: join(folder, 'none.png'), mask: '' };
    expect(await chosen(missing)).toBe('all');
    expect(await chosen({ ...missing, image: join(folder, 'none.nii'), modality: 'CT' })).toBe(
      'all',
    );
    await expect(chosen({ ...missing, image: join(folder, 'none.nii') })).rejects.toThrow(
      'none.nii',
    );
  });
});

describe('weights of earlier versions predict as they were trained', () => {
  // What those versions wrote, but for the network.
  const preprocessing = { axis: 1, context: 2, edge: 'zero', size: [32, 48] };
  const network = { encoder: 'mobilenet_v2', decoder: 'unet', classes: 2 };
  const normalization = { name: 'z-score' };
  const config = {
    seed: 7,
    backend: 'auto',
    model: network,
    data: {
      cases: { folder: '.', image: '{id}.nii', mask: 'm/{id}.nii' },
      ...preprocessing,
      normalization,
      split: { validation: ['c'], test: [] },
      cacheMegabytes: 512,
    },
    amplification: { method: 'none' },
    training: { steps: 6 },
    output: 'run',
  };
  const expected = { ...preprocessing, missing: 'error', normalization: { name: 'nonzero' } };

  it('by their config', async () => {
    const path = join(temporaryFolder(), 'best.safetensors');
    const metadata = { format: 'sts-net checkpoint 1', config: JSON.stringify(config) };
    await writeSafetensors(path, new Map(), metadata);
    expect(readModelFile(path).description).toEqual({ network, preprocessing: expected });
  });

  it('by their description, in model files and in ONNX files', () => {
    const targets = [{ name: 'infarct' }];
    const description = { network, preprocessing: { ...preprocessing, normalization }, targets };
    expect(parseDescription(JSON.stringify(description), 'a.onnx')).toEqual({
      network,
      preprocessing: expected,
      targets,
    });
  });
});
