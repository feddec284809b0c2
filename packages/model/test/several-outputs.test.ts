import { useBackend } from '@sts-net/backend';
import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { input, layers, model, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  createModel,
  loadTorchWeights,
  modelStatistics,
  namedWeights,
  type PairOptions,
  predictionNetwork,
  predictorOf,
  torchStateDict,
} from '../src/index.ts';

beforeAll(async () => {
  await useBackend('wasm');
});

const options: PairOptions = {
  encoder: 'mobilenet_v2',
  decoder: 'unet',
  classes: 3,
  inputShape: [null, null, 3],
  seed: 4,
};
const further = { deepSupervision: true, auxiliaryHead: true };

describe('a network of several outputs', () => {
  test('has logits of the image’s size from all, whatever that is', () => {
    const network = createModel({ ...options, ...further });
    const outputs = tf.tidy(() => network.predict(tf.ones([2, 37, 50, 3])) as tf.Tensor[]);
    expect(outputs.map(({ shape }) => shape)).toEqual(Array(6).fill([2, 37, 50, 3]));
    tf.dispose(outputs);
    network.dispose();
  });

  test('predicts, counts and saves as the one without, whose weights start from the same numbers', async () => {
    const [several, plain] = [createModel({ ...options, ...further }), createModel(options)];
    const prediction = predictionNetwork(several);
    const names = (one: typeof plain) => namedWeights(one).map(({ name }) => name);
    expect(names(prediction).sort()).toEqual(names(plain).sort());
    expect(modelStatistics(several, { size: [32, 32] })).toEqual(
      modelStatistics(plain, { size: [32, 32] }),
    );
    const images = signed('images', 32 * 32 * 3);
    const [received, expected] = await Promise.all(
      [several, plain].map((one) => predictorOf(one).predict(images, [1, 32, 32, 3])),
    );
    expect(received).toEqual(expected);
    expect(predictionNetwork(plain)).toBe(plain);
    several.dispose();
    plain.dispose();
  });

  test('computes no more than its first output where it predicts', async () => {
    let calls = 0;
    class Counted extends layers.Layer {
      static readonly className = 'Counted';
      override call(x: tf.Tensor | tf.Tensor[]): tf.Tensor | tf.Tensor[] {
        calls++;
        return x;
      }
    }
    const image = input({ shape: [null, null, 1] });
    const head = () => layers.conv2d({ filters: 2, kernelSize: 1 }).apply(image) as SymbolicTensor;
    const other = new Counted({}).apply(head()) as SymbolicTensor;
    const network = model({ inputs: image, outputs: [head(), other] });
    calls = 0;
    await predictorOf(network).predict(new Float32Array(4), [1, 2, 2, 1]);
    expect(calls).toBe(0);
    network.dispose();
  });

  test('takes weights with and without its heads, and gives its heads’ to none who lacks them', async () => {
    const [several, plain] = [createModel({ ...options, ...further }), createModel(options)];
    const all = await torchStateDict(several);
    expect(loadTorchWeights(several, all).missing).toEqual([]);
    const heads = [...all.keys()].filter((key) => /^(deep_supervision|aux_classifier)\./.test(key));
    expect(heads).toHaveLength(4 * 2 + 5 + 2);
    expect(loadTorchWeights(plain, all).ignored).toEqual(heads);
    const { missing } = loadTorchWeights(several, await torchStateDict(plain));
    expect(missing).toEqual(heads);
    several.dispose();
    plain.dispose();
  });

  test.each([
    [
      { decoder: 'deeplabv3', deepSupervision: true },
      /decoder: expected with deepSupervision one that has maps on the way to its logits \(unet, .*"deeplabv3"/,
    ],
    [{ deepSupervision: 1 }, /deepSupervision: expected one of true, false, got 1/],
    [{ auxiliaryHead: 4 }, /auxiliaryHead: expected true, false or { stage }, got 4/],
    [
      { auxiliaryHead: { stage: 0 } },
      /auxiliaryHead\.stage: expected integer of at least 1, got 0/,
    ],
    [{ auxiliaryHead: { stage: 6 } }, /auxiliaryHead\.stage must be .* 1 to 5, got 6/],
    [{ auxiliaryHead: { stage: 3, at: 1 } }, /auxiliaryHead\.at: unknown key/],
    [
      { decoder: 'pspnet', auxiliaryHead: { stage: 4 } },
      /one of the 3 stages of the encoder that the decoder uses/,
    ],
  ] as const)('refuses %o', (changes, message) => {
    const before = tf.memory().numTensors;
    expect(() => createModel({ ...options, ...changes } as PairOptions)).toThrow(message);
    // Nor is anything left of what was made until then.
    expect(tf.memory().numTensors).toBe(before);
  });
});
