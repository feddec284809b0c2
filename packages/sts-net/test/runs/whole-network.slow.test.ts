import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { useBackend } from '@sts-net/backend';
import { buildModel } from '@sts-net/experiment';
import { predictorOf } from '@sts-net/model';
import { signed } from '@sts-net/testing';
import { readVolume } from '@sts-net/volume-io';
import { beforeAll, describe, expect, it, test } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { exportModel } from '../../src/onnx/export-model.ts';
import { loadOnnx } from '../../src/onnx/load-onnx.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { describeModel } from '../../src/runs/model-file.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { readSafetensors } from '../../src/weights/weight-files.ts';
import { cli } from '../cli/run.ts';
import { configFor, makeData, shape } from '../make-data.ts';

// Of each new kind of layer one network: a Res2Net with averages, boxes, differences and maps that are
// resized to others' size.
const network = 'm2snet';

let data: string;
beforeAll(async () => {
  await useBackend('ort');
  data = await makeData();
});

const go = (output: string, options: TrainOptions = {}, network: unknown = 'm2snet') => {
  const { loss: _, ...usual } = configFor()['training'] as Record<string, unknown>;
  const training = { ...usual, steps: 2, validation: { every: 2 }, saveEvery: 1 };
  const config = configFor({ output, backend: 'ort', model: { network }, training });
  return train(validateConfig(config), { baseFolder: data, ...options });
};

const weights = (run: string, file: string) => readSafetensors(join(data, run, file));

// The padding of a file for any size is that of the network; `centroidnetv2` is resized on the way up instead, and the
// same where nothing is padded.
test.each([
  { name: 'm2snet', any: [40, 57] },
  {
    name: 'nnunet-2d',
    plan: {
      features: [8, 12, 16, 16],
      strides: [1, 2, [2, 1], 2],
      kernelSizes: [3, 3, [1, 3], 3],
    },
    any: [40, 57],
  },
  { name: 'nnunet-resenc', plan: { features: [8, 12, 12] }, any: [40, 57] },
  { name: 'centroidnetv2', any: [48, 80] },
])('$name becomes an ONNX file, for one size and for any', async ({ any, ...network }) => {
  const config = validateConfig(configFor({ model: { network } }));
  const description = describeModel(config, { name: 'nonzero' }, undefined);
  const model = buildModel(config);
  const predictor = predictorOf(model, { freeze: false });
  for (const size of [[32, 64], null] as const) {
    const path = join(data, `${network.name}.onnx`);
    writeFileSync(path, await exportModel({ model, ...description }, { size }));
    const exported = await loadOnnx(path);
    expect(exported.network).toEqual({ network, classes: 2 });
    const [height, width] = (size ?? any) as [number, number];
    const images = signed('image', height * width * 3);
    const expected = await predictor.predict(images, [1, height, width, 3]);
    expect(Math.max(...expected) - Math.min(...expected)).toBeGreaterThan(0.01);
    const received = await exported.predictor.predict(images, [1, height, width, 3]);
    expect(received).toBeAllclose(expected, { rtol: 0, atol: 1e-4 });
  }
  model.dispose();
});

describe('a run of a whole network', () => {
  beforeAll(async () => {
    await go('whole');
  });

  it('trains with the loss of its publication, and moves', async () => {
    const log = await readLog(join(data, 'whole', 'log.jsonl'));
    const losses = log.flatMap((one) => (one.event === 'step' ? [one.loss] : []));
    expect(losses).toHaveLength(2);
    expect(losses[1]).not.toBe(losses[0]);
    // Of the structure loss's two parts the second alone is below 1, the first about log 2.
    expect(losses[0]).toBeGreaterThan(0.5);
  });

  it('stopped and resumed equals one that was not, bit by bit', async () => {
    const controller = new AbortController();
    await go('resumed', {
      signal: controller.signal,
      callbacks: ({ event, step }) => {
        if (event === 'step' && step === 1) controller.abort();
      },
    });
    expect(await go('resumed', { resume: true })).toMatchObject({ step: 2, finished: true });
    for (const file of ['best.safetensors', 'last.safetensors']) {
      expect(isDeepStrictEqual(weights('resumed', file), weights('whole', file))).toBe(true);
    }
  });

  it('predicts from the command line on the image’s own grid', async () => {
    const [image, output] = [join(data, 'images', 'd.nii.gz'), join(data, 'label.nii.gz')];
    const { code, stderr } = await cli(
      ...['predict', image, '--model', join(data, 'whole'), '--output', output],
      ...['--backend', 'ort'],
    );
    expect([code, stderr]).toEqual([0, expect.not.stringMatching(/error/i)]);
    expect((await readVolume(output)).voxels.shape).toEqual(shape);
  });

  it('loads by its name, without weights that only training has', async () => {
    const loaded = await loadModel(join(data, 'whole'));
    expect(loaded.network).toEqual({ network, classes: 2 });
    loaded.model.dispose();
    const supervised = { name: 'nnunet-2d', plan: { features: [8, 8, 8, 8] } } as const;
    await go('supervised', {}, supervised);
    const heads = (file: string) =>
      [...weights('supervised', file).keys()].filter((key) => key.includes('seg_layers.1'));
    expect(heads('last.safetensors')).toHaveLength(2 * 3);
    expect(heads('best.safetensors')).toEqual([]);
    const other = await loadModel(join(data, 'supervised'));
    expect(other.network).toEqual({ network: supervised, classes: 2 });
    other.model.dispose();
  });
});
