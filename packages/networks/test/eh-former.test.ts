import { describeBackends, describeLayer, signed, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { ehFormer, mitStream, type StreamSize } from '../src/index.ts';
import { ChannelMeanAndMax } from '../src/layers/channel-mean-and-max.ts';
import { Complement } from '../src/layers/complement.ts';
import { DropKeyAttention } from '../src/layers/drop-key-attention.ts';
import { GatedSum } from '../src/layers/gated-sum.ts';
import { GlobalMaxPool } from '../src/layers/global-max-pool.ts';
import { MonteCarloDropout } from '../src/layers/monte-carlo-dropout.ts';
import { SamplesInTraining } from '../src/layers/samples-in-training.ts';
import { Uncertainty } from '../src/layers/uncertainty.ts';

const name = 'layer';
const image = [2, 5, 7, 4] as const;
const tiny: StreamSize = {
  channels: [4, 8, 8, 16],
  heads: [1, 2, 2, 4],
  blocks: [1, 1, 2, 1],
  filters: [8, 8, 8, 4],
};

describeBackends('EH-Former', () => {
  describeLayer('layers', [
    {
      title: 'ChannelMeanAndMax',
      create: () => new ChannelMeanAndMax({ name }),
      inputShape: image,
      outputShape: [2, 5, 7, 2],
    },
    {
      title: 'GlobalMaxPool',
      create: () => new GlobalMaxPool({ name }),
      inputShape: image,
      outputShape: [2, 1, 1, 4],
    },
    {
      title: 'Complement',
      create: () => new Complement({ name }),
      inputShape: image,
      outputShape: image,
    },
    {
      title: 'GatedSum',
      create: () => new GatedSum({ name, alpha: 0.25 }),
      inputShape: image,
      otherInputs: [image, [2, 5, 7, 1], [2, 5, 7, 1], [2, 1, 1, 4]],
      outputShape: image,
    },
    {
      title: 'MonteCarloDropout',
      create: () => new MonteCarloDropout({ name, rate: 0.5, seed: 3 }),
      inputShape: image,
      outputShape: image,
    },
    {
      title: 'DropKeyAttention of keys',
      create: () => new DropKeyAttention({ name, heads: 2, rate: 0.4, seed: 3 }),
      inputShape: [2, 2, 3, 8],
      otherInputs: [image],
      outputShape: image,
      operations: { multiplyAdds: 2 * 3 * (5 * 7) * (4 + 4) },
    },
    {
      title: 'DropKeyAttention of queries',
      create: () => new DropKeyAttention({ name, heads: 2, rate: 0.4, seed: 3 }),
      inputShape: [2, 2, 3, 8],
      otherInputs: [image, [2, 5, 7, 1]],
      outputShape: image,
      operations: { multiplyAdds: 2 * 3 * (5 * 7) * (4 + 4) },
    },
  ]);

  describe('attention with dropped queries', () => {
    const run = async (level: number, rate: number, training = true) => {
      const inputs = [
        tf.tensor(signed('pairs', 2 * 6 * 8), [2, 2, 3, 8]),
        tf.tensor(signed('queries', 2 * 4 * 4), [2, 2, 2, 4]),
        tf.fill([2, 2, 2, 1], level),
      ];
      const layer = new DropKeyAttention({ name, heads: 2, rate, seed: 1 });
      const y = layer.apply(inputs, { training }) as tf.Tensor;
      const [pairs] = inputs as [tf.Tensor4D];
      const values = tf.slice(pairs, [0, 0, 0, 4], [2, 2, 3, 4]);
      const means = tf.tile(tf.mean(values, [1, 2], true), [1, 2, 2, 1]);
      return [await y.data(), await means.data()] as const;
    };

    test('property: where all is uncertain and the rate is 1, each gathers the mean', async () => {
      const [y, means] = await run(1, 1);
      expect(y).toBeAllclose(means);
    });

    test('property: certain queries, a rate of 0 and prediction drop nothing', async () => {
      const [plain] = await run(1, 1, false);
      expect((await run(0, 1))[0]).toBeAllclose(plain);
      expect((await run(1, 0))[0]).toBeAllclose(plain);
      expect((await run(1, 1))[0]).not.toBeAllclose(plain);
    });
  });

  test('property: keys are dropped at the rate, and none of the others is favoured', async () => {
    // Equal scores: what is left shares alike, so that values of 1 and 0 count the keys that are left.
    const [queries, keys] = [400, 50];
    const layer = new DropKeyAttention({ name, heads: 1, rate: 0.3, seed: 2 });
    const marks = Float32Array.from({ length: keys * 2 }, (_, i) => (i === 1 ? 1 : 0));
    const inputs = [tf.tensor(marks, [1, keys, 1, 2]), tf.zeros([1, queries, 1, 1])];
    const values = await (layer.apply(inputs, { training: true }) as tf.Tensor).data<'float32'>();
    const left = values.filter((value) => value > 0);
    expect(left.length / queries).toBeGreaterThan(0.6);
    expect(left.length / queries).toBeLessThan(0.8);
    const mean = left.reduce((sum, value) => sum + 1 / value, 0) / left.length;
    expect(mean).toBeGreaterThan(33);
    expect(mean).toBeLessThan(38);
  });

  test('slow implementation: uncertainty of samples, in training only', async () => {
    const [count, batch, height, width] = [3, 2, 2, 3];
    const pixels = batch * height * width;
    const logits = signed('samples', count * pixels).map((value) => 4 * value);
    const measure = (classes: 1 | 2, training: boolean) => {
      const last = tf.tensor(logits, [count * batch, height, width, 1]);
      // The logit of one class against that of the background, which is 0.
      const samples = classes === 1 ? last : tf.concat([tf.zerosLike(last), last], 3);
      const layer = new Uncertainty({ name, count });
      const inputs = [samples, tf.zeros([batch, height, width, 3])];
      return (layer.apply(inputs, { training }) as tf.Tensor).data<'float32'>();
    };
    const at = Array.from({ length: pixels }, (_, i) => {
      const p = Array.from(
        { length: count },
        (_, k) => 1 / (1 + Math.exp(-logits[k * pixels + i]!)),
      );
      const mean = p.reduce((a, b) => a + b) / count;
      const variance = p.reduce((sum, v) => sum + (v - mean) ** 2, 0) / (count - 1);
      const entropy = p.reduce((sum, v) => sum - v * Math.log(v + 1e-9), 0) / count;
      return { variance, entropy };
    });
    const most = (of: 'variance' | 'entropy') => Math.max(...at.map((one) => one[of]));
    const expected = at.map(
      ({ variance, entropy }) => (variance / most('variance') + entropy / most('entropy')) / 2,
    );
    expect(await measure(1, true)).toBeAllclose(expected, { rtol: 1e-4 });
    expect(await measure(2, true)).toBeAllclose(expected, { rtol: 1e-4 });
    expect([...(await measure(1, false))]).toEqual(Array(pixels).fill(0));
  });

  test('derived by hand: a gated sum, a complement, samples', async () => {
    const [a, b] = [tf.fill([1, 1, 1, 2], 2), tf.fill([1, 1, 1, 2], 3)];
    const [ofA, ofB] = [tf.fill([1, 1, 1, 1], 5), tf.fill([1, 1, 1, 1], 7)];
    const gate = tf.tensor4d([0, 0.5], [1, 1, 1, 2]);
    const sum = new GatedSum({ alpha: 0.25 }).apply([a, b, ofA, ofB, gate]) as tf.Tensor;
    expect(await sum.data()).toBeAllclose([0.25 * 10, 0.25 * 0.5 * 10 + 0.75 * 0.5 * 21]);
    const complement = new Complement().apply(tf.tensor2d([[1, 4, 2]])) as tf.Tensor;
    expect([...(await complement.data())]).toEqual([3, 0, 2]);
    const samples = new SamplesInTraining({ count: 3, size: 32 });
    const x = tf.ones([2, 64, 96, 3]);
    expect((samples.apply(x, { training: true }) as tf.Tensor).shape).toEqual([6, 64, 96, 3]);
    expect((samples.apply(x) as tf.Tensor).shape).toEqual([1, 32, 32, 3]);
  });

  test('a coarse network samples in prediction too, and has names of its own', async () => {
    const network = mitStream({ ...tiny, inputShape: [32, 32, 3], monteCarlo: 0.5 });
    const x = tf.tensor4d(signed('x', 32 * 32 * 3), [1, 32, 32, 3]);
    const [first, second] = [network.predict(x), network.predict(x)] as [tf.Tensor, tf.Tensor];
    expect(await first.data()).not.toBeAllclose(await second.data());
    const names = network.weights.map(({ originalName }) => originalName);
    expect(names).toContain('up1.conv.conv.5/gamma');
    expect(names).not.toContain('up1.conv.conv.3/kernel');
    tf.dispose([x, first, second]);
    network.dispose();
  });

  test('trains: each weight but those of the frozen coarse network has a gradient, which no sample changes', async () => {
    const network = ehFormer({ ...tiny, inputShape: [32, 64, 3], samples: 3 });
    const x = tf.tensor4d(signed('x', 2 * 32 * 64 * 3), [2, 32, 64, 3]);
    const weights = network.trainableWeights;
    expect(weights.some(({ originalName }) => originalName.startsWith('c_net.'))).toBe(false);
    const statistics = network.weights.find(({ originalName }) =>
      originalName.startsWith('c_net.up1.conv.conv.1/movingMean'),
    )!;
    const before = await statistics.read().data();
    const { value, grads } = tf.variableGrads(
      () => {
        const outputs = network.apply(x, { training: true }) as tf.Tensor[];
        expect(outputs.map(({ shape }) => shape)).toEqual([
          [2, 32, 64, 2],
          [2, 32, 64, 3],
          [2, 32, 64, 3],
        ]);
        return tf.addN(outputs.map((one) => tf.mean(tf.square(one)))) as tf.Scalar;
      },
      weights.map((weight) => weight.read() as tf.Variable),
    );
    for (const weight of weights) {
      const gradient = await grads[(weight.read() as tf.Variable).name]!.data<'float32'>();
      expect(gradient.every(Number.isFinite), weight.originalName).toBe(true);
    }
    expect(await statistics.read().data()).toEqual(before);
    tf.dispose([x, value, grads]);
    network.dispose();
  });

  test('the weights of pixels are the uncertainty and its complement in training, and 0 in prediction', async () => {
    const network = ehFormer({ ...tiny, inputShape: [null, null, 3], samples: 3 });
    const x = tf.tensor4d(uniform('x', 37 * 45 * 3), [1, 37, 45, 3]);
    const weightsOf = async (y: tf.Tensor) =>
      tf.slice(y, [0, 0, 0, 2], [1, 37, 45, 1]).data<'float32'>();
    const [, easy, hard] = network.apply(x, { training: true }) as tf.Tensor[];
    const [certain, uncertain] = [await weightsOf(easy!), await weightsOf(hard!)];
    const sums = certain.map((value, i) => value + uncertain[i]!);
    expect(Math.max(...uncertain)).toBeGreaterThan(0.4);
    expect(sums).toBeAllclose(Array(sums.length).fill(sums[0]));
    const predicted = network.predict(x) as tf.Tensor[];
    expect(predicted.map(({ shape }) => shape.at(-1))).toEqual([2, 3, 3]);
    expect(Math.max(...(await weightsOf(predicted[2]!)))).toBe(0);
    network.dispose();
  });

  test('impossible options are refused', () => {
    const make = (options: object) => () =>
      ehFormer({ ...tiny, inputShape: [32, 32, 3], ...options });
    expect(make({ alpha: 2 })).toThrow(/alpha must be from 0 to 1, got 2/);
    expect(make({ dropKey: [2, 0, 0, 0] })).toThrow(/rate must be from 0 to 1, got 2/);
  });
}, ['wasm', 'ort']);
