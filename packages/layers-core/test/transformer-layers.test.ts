import { describeBackends, describeLayer, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import {
  GELU,
  gelu,
  LayerNormalization,
  Linear,
  layerNorm,
  MultiHeadAttention,
} from '../src/index.ts';
import { multiplyMatrices } from '../src/ops/multiply-matrices.ts';

const name = 'layer';
const image = [2, 5, 7, 4] as const;
const drawn = (key: string, shape: number[]) =>
  tf.tensor(
    signed(
      key,
      shape.reduce((a, b) => a * b, 1),
    ),
    shape,
  );

describeBackends('layers of transformers', () => {
  describeLayer('layers', [
    { title: 'GELU', create: () => new GELU({ name }), inputShape: image, outputShape: image },
    {
      title: 'GELU by tanh',
      create: () => new GELU({ name, form: 'tanh' }),
      inputShape: image,
      outputShape: image,
    },
    {
      title: 'LayerNormalization',
      create: () => new LayerNormalization({ name, epsilon: 1e-6 }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[4], [4]],
      operations: { other: 5 * 5 * 7 * 4 },
      torchParameters: [
        ['weight', [4]],
        ['bias', [4]],
      ],
    },
    {
      title: 'Linear',
      create: () => new Linear({ name, filters: 3 }),
      inputShape: image,
      outputShape: [2, 5, 7, 3],
      weightShapes: [[4, 3], [3]],
      operations: { multiplyAdds: 5 * 7 * 4 * 3 },
      torchParameters: [
        ['weight', [3, 4]],
        ['bias', [3]],
      ],
    },
    {
      title: 'Linear without bias, of vectors',
      create: () => new Linear({ name, filters: 3, useBias: false }),
      inputShape: [2, 6],
      outputShape: [2, 3],
      weightShapes: [[6, 3]],
      operations: { multiplyAdds: 6 * 3 },
      torchParameters: [['weight', [3, 6]]],
    },
    {
      title: 'MultiHeadAttention, keys of a coarser map',
      create: () => new MultiHeadAttention({ name, heads: 2 }),
      inputShape: [2, 2, 3, 8],
      otherInputs: [[2, 5, 7, 4]],
      outputShape: [2, 5, 7, 4],
      // Each pair of positions: a product of 4 channels, and its share of 4.
      operations: { multiplyAdds: 2 * 3 * (5 * 7) * (4 + 4) },
    },
  ]);

  // torch.nn.functional.gelu of PyTorch 2.14.1 in float64, values and gradients.
  const x = [-6, -3, -1, -0.5, 0, 0.25, 1, 3, 6];
  test.each([
    [
      'erf',
      [
        -5.91952587e-9, -0.00404969409, -0.158655254, -0.154268769, 0, 0.149676581, 0.841344746,
        2.99595031, 6,
      ],
      [
        -3.54687095e-8, -0.0119456472, -0.0833154706, 0.132504875, 0.5, 0.695373355, 1.08331547,
        1.01194565, 1,
      ],
    ],
    [
      'tanh',
      [
        -8.43964898e-11, -0.00363739208, -0.158808009, -0.15428599, 0, 0.149675351, 0.841191991,
        2.99636261, 6,
      ],
      [
        -7.70997601e-10, -0.0115841666, -0.0829640838, 0.132630096, 0.5, 0.695354095, 1.08296408,
        1.01158417, 1,
      ],
    ],
  ] as const)('golden: GELU by %s and its gradient', async (form, values, slopes) => {
    const input = tf.tensor1d(x);
    const tolerance = { rtol: 1e-6, atol: 1e-6 };
    expect(await gelu(input, form).data()).toBeAllclose([...values], tolerance);
    const gradient = tf.grad((one: tf.Tensor) => tf.mul(gelu(one, form), 2))(input);
    expect(await gradient.data()).toBeAllclose(
      slopes.map((slope) => 2 * slope),
      tolerance,
    );
  });

  test('composition: layer normalisation and its gradients, as TensorFlow.js derives them', async () => {
    const inputs = [drawn('x', [2, 3, 2, 5]), drawn('gamma', [5]), drawn('beta', [5])];
    const weights = drawn('dy', [2, 3, 2, 5]);
    const epsilon = 1e-2;
    const composed = (a: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) => {
      const { mean, variance } = tf.moments(a, 3, true);
      const normal = tf.mul(tf.sub(a, mean), tf.rsqrt(tf.add(variance, epsilon)));
      return tf.add(tf.mul(normal, gamma), beta);
    };
    const own = (a: tf.Tensor, gamma: tf.Tensor, beta: tf.Tensor) =>
      layerNorm(a, gamma as tf.Tensor1D, beta as tf.Tensor1D, epsilon);
    const [a, gamma, beta] = inputs as [tf.Tensor, tf.Tensor, tf.Tensor];
    expect(await own(a, gamma, beta).data()).toBeAllclose(await composed(a, gamma, beta).data());
    const of = (f: typeof own) =>
      tf.grads((...all: tf.Tensor[]) => tf.mul(weights, f(all[0]!, all[1]!, all[2]!)))(inputs);
    const [received, expected] = [of(own), of(composed)];
    for (const [i, one] of received.entries()) {
      expect(await one.data()).toBeAllclose(await expected[i]!.data(), { rtol: 1e-4, atol: 1e-5 });
    }
  });

  test('composition: products of batches of matrices and their gradients', async () => {
    const inputs = [drawn('a', [2, 3, 4, 5]), drawn('b', [2, 3, 5, 6])];
    const weights = drawn('dy', [2, 3, 4, 6]);
    const of = (f: (a: tf.Tensor, b: tf.Tensor) => tf.Tensor) =>
      tf.grads((...all: tf.Tensor[]) => tf.mul(weights, f(all[0]!, all[1]!)))(inputs);
    const received = of(multiplyMatrices);
    const expected = of((a, b) => tf.matMul(a, b));
    for (const [i, one] of received.entries()) {
      expect(one.shape).toEqual(inputs[i]!.shape);
      expect(await one.data()).toBeAllclose(await expected[i]!.data());
    }
  });

  test('slow implementation: attention of two heads', async () => {
    const [heads, size, queries, keys] = [2, 3, 4, 6];
    const channels = heads * size;
    const query = signed('query', queries * channels);
    const pairs = signed('pairs', keys * 2 * channels).map((value) => 3 * value);
    const expected = Array.from({ length: queries * channels }, (_, at) => {
      const [i, channel] = [Math.floor(at / channels), at % channels];
      const first = Math.floor(channel / size) * size;
      const scores = Array.from({ length: keys }, (_, j) => {
        let sum = 0;
        for (let c = first; c < first + size; c++) {
          sum += query[i * channels + c]! * pairs[j * 2 * channels + c]!;
        }
        return Math.exp(sum / Math.sqrt(size));
      });
      const total = scores.reduce((a, b) => a + b);
      return scores.reduce(
        (sum, score, j) => sum + (score / total) * pairs[j * 2 * channels + channels + channel]!,
        0,
      );
    });
    const inputs = [
      tf.tensor(pairs, [1, 2, 3, 2 * channels]),
      tf.tensor(query, [1, 4, 1, channels]),
    ];
    const y = new MultiHeadAttention({ heads }).apply(inputs) as tf.Tensor;
    expect(y.shape).toEqual([1, 4, 1, channels]);
    expect(await y.data()).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-6 });
  });
});

test('layers of transformers refuse impossible arguments, saying what is required', () => {
  expect(() => new GELU({ name, form: 'sigmoid' as 'tanh' })).toThrow(
    /form must be 'erf' or 'tanh', got sigmoid/,
  );
  expect(() => new Linear({ name, filters: 0 })).toThrow(/filters must be a whole number .* got 0/);
  expect(() => new LayerNormalization({ name }).build([null, null])).toThrow(
    /the last axis must be known/,
  );
  const build = (heads: number, pairs: number) =>
    new MultiHeadAttention({ name, heads }).build([
      [null, 2, 2, pairs],
      [null, 4, 4, 6],
    ]);
  expect(() => build(4, 12)).toThrow(/the 4 heads must divide the queries' channels/);
  expect(() => build(2, 6)).toThrow(/keys and values have twice as many; got 6 and 6/);
});
