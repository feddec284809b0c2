import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { isDeepStrictEqual } from 'node:util';
import { useBackend } from '@sts-net/backend';
import { buildModel } from '@sts-net/experiment';
import { predictorOf } from '@sts-net/model';
import { signed } from '@sts-net/testing';
import { beforeAll, describe, expect, it } from 'vitest';
import { validateConfig } from '../../src/config/validate-config.ts';
import { readLog } from '../../src/loggers/run-log.ts';
import { exportModel } from '../../src/onnx/export-model.ts';
import { loadOnnx } from '../../src/onnx/load-onnx.ts';
import { loadModel } from '../../src/runs/load-model.ts';
import { train } from '../../src/runs/train.ts';
import type { TrainOptions } from '../../src/runs/train-options.ts';
import { readSafetensors } from '../../src/weights/weight-files.ts';
import { configFor, makeData } from '../make-data.ts';

let data: string;
beforeAll(async () => {
  await useBackend('wasm');
  data = await makeData();
});

const further = { deepSupervision: true, auxiliaryHead: { stage: 2 } };

function configOf(output: string, changes: Record<string, unknown> = {}) {
  const base = configFor();
  return validateConfig(
    configFor({
      output,
      model: { ...(base['model'] as object), ...further },
      training: {
        ...(base['training'] as object),
        steps: 4,
        validation: { every: 2 },
        saveEvery: 2,
        ...changes,
      },
    }),
  );
}

const go = (output: string, changes = {}, options: TrainOptions = {}) =>
  train(configOf(output, changes), { baseFolder: data, ...options });

const isHead = (name: string) => /^(deep_supervision|aux_classifier)\./.test(name);
const weights = (run: string, file: string) => readSafetensors(join(data, run, file));
const heads = (run: string, file: string) => [...weights(run, file).keys()].filter(isHead);

describe('a run with deep supervision and an auxiliary head', () => {
  beforeAll(() => go('supervised'));

  it('keeps for prediction what that needs, and all that resuming needs', async () => {
    expect(heads('supervised', 'best.safetensors')).toEqual([]);
    // Four heads of a kernel and a bias; the last with a convolution and a normalisation of its own.
    expect(heads('supervised', 'last.safetensors')).toHaveLength(4 * 2 + 1 + 4 + 2);
    const files = ['', 'last.safetensors'].map((file) => join(data, 'supervised', file));
    const [best, last] = await Promise.all(files.map((file) => loadModel(file)));
    expect(best!.network).toEqual({
      encoder: 'mobilenet_v2',
      decoder: 'unet',
      attention: 'esca',
      classes: 2,
    });
    expect(last!.network).toEqual(best!.network);
    // Weights may go into a network that has the other outputs, too.
    const whole = await loadModel(files[1]!, { model: buildModel(configOf('any')) });
    const images = signed('image', 24 * 20 * 3);
    const [a, b] = await Promise.all(
      [last!, whole].map(({ model }) => predictorOf(model).predict(images, [1, 24, 20, 3])),
    );
    expect(a).toEqual(b);
    for (const { model } of [best!, last!, whole]) model.dispose();
  });

  it('stopped and resumed equals one that was not, bit by bit', async () => {
    const controller = new AbortController();
    await go(
      'resumed',
      {},
      {
        signal: controller.signal,
        callbacks: ({ event, step }) => {
          if (event === 'step' && step === 3) controller.abort();
        },
      },
    );
    await go('resumed', {}, { resume: true });
    for (const file of ['best.safetensors', 'last.safetensors']) {
      expect(isDeepStrictEqual(weights('resumed', file), weights('supervised', file))).toBe(true);
    }
  });

  it('another starts from its last weights with the heads, from its best without', async () => {
    const anewFrom = async (path: string, output: string) => {
      await go(output, { pretrained: { path }, steps: 1 });
      const [start] = await readLog(join(data, output, 'log.jsonl')).then((log) =>
        log.filter(({ event }) => event === 'start'),
      );
      return (start as { pretrained?: { anew: readonly string[] } }).pretrained!.anew;
    };
    expect(await anewFrom('supervised/last.safetensors', 'from-last')).toEqual([]);
    const anew = await anewFrom('supervised', 'from-best');
    expect(anew.filter((name) => !isHead(name))).toEqual([]);
    expect(anew).toHaveLength(4 + 3);
  });

  it('the weights of outputs say how much each counts', async () => {
    const losses = async (output: string, outputWeights?: readonly number[]) => {
      await go(output, { steps: 2, ...(outputWeights && { outputWeights }) });
      const log = await readLog(join(data, output, 'log.jsonl'));
      return log.flatMap((one) => (one.event === 'step' ? [one.loss] : []));
    };
    const usual = await losses('usual');
    const stated = await losses(
      'stated',
      [32, 16, 8, 4, 2, 1].map((weight) => weight / 63),
    );
    expect(stated).toBeAllclose(usual, { rtol: 1e-5 });
    expect((await losses('alone', [1, 0, 0, 0, 0, 0]))[1]).not.toBe(usual[1]);
    await expect(go('wrong', { outputWeights: [1, 0.4] })).rejects.toThrow(
      "must have a number for each of the model's outputs, 6, one of them above 0, got [1, 0.4]",
    );
  });

  it('a network of several outputs becomes an ONNX file of its prediction', async () => {
    const model = buildModel(configOf('onnx'));
    const { network, preprocessing } = await loadModel(join(data, 'supervised')).then((loaded) => {
      loaded.model.dispose();
      return loaded;
    });
    const path = join(data, 'model.onnx');
    writeFileSync(path, await exportModel({ model, network, preprocessing }, { size: [32, 32] }));
    const images = signed('image', 32 * 32 * 3);
    const { predictor } = await loadOnnx(path);
    const expected = await predictorOf(model).predict(images, [1, 32, 32, 3]);
    expect(await predictor.predict(images, [1, 32, 32, 3])).toBeAllclose(expected, { atol: 1e-6 });
    model.dispose();
    await useBackend('wasm');
  });
});

it.each([
  [
    { decoder: 'deeplabv3', deepSupervision: true },
    /model\.deepSupervision: must have a decoder with maps on the way to its logits \(unet, .*\), which deeplabv3 is not/,
  ],
  [
    { auxiliaryHead: { stage: 6 } },
    /model\.auxiliaryHead\.stage: must be one of the stages of mobilenet_v2 that unet uses, 1 to 5/,
  ],
  [
    { encoder: 'mit_b0', decoder: 'unet', auxiliaryHead: { stage: 1 } },
    /model\.auxiliaryHead\.stage: must be a stage with a map, which stage 1 of mit_b0 does not have/,
  ],
  [
    { encoder: 'mit_b0', decoder: 'linknet' },
    /model\.decoder: must be one that needs no map of stride 2, which mit_b0 does not have/,
  ],
  [
    { decoder: 'pspnet', auxiliaryHead: { stage: 4 } },
    /model\.auxiliaryHead\.stage: must be one of the stages of mobilenet_v2 that pspnet uses, 1 to 3/,
  ],
])('a config with %o is refused', (changes, message) => {
  const model = { ...(configFor()['model'] as object), ...changes };
  expect(() => validateConfig(configFor({ model }))).toThrow(message);
});
