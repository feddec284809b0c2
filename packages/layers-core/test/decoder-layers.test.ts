import {
  describeBackends,
  describeLayer,
  expectNoNewTensors,
  saveAndLoad,
  signed,
  signedNchw,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initializers } from '@tensorflow/tfjs-layers';
import { expect, test } from 'vitest';
import {
  AdaptiveAveragePool,
  ChannelSlice,
  Conv2DTranspose,
  conv2d,
  conv2dTranspose,
  Dropout,
  GroupNormalization,
  InstanceNormalization,
  PadToMultiple,
  PositionAttention,
  ResizeToMatch,
  resizeBilinear,
  Swish,
  UnusedParameters,
} from '../src/index.ts';

const name = 'layer';
const image = [2, 5, 7, 4] as const;

describeBackends('layers of encoders and decoders', () => {
  describeLayer('layers', [
    { title: 'Swish', create: () => new Swish({ name }), inputShape: image, outputShape: image },
    {
      title: 'ChannelSlice, to the end',
      create: () => new ChannelSlice({ name, begin: 1 }),
      inputShape: image,
      outputShape: [2, 5, 7, 3],
    },
    {
      title: 'ChannelSlice, some',
      create: () => new ChannelSlice({ name, begin: 1, size: 2 }),
      inputShape: image,
      outputShape: [2, 5, 7, 2],
    },
    {
      title: 'Conv2DTranspose, defaults',
      create: () => new Conv2DTranspose({ name, filters: 3, kernelSize: 2 }),
      inputShape: image,
      outputShape: [2, 6, 8, 3],
      weightShapes: [[2, 2, 3, 4], [3]],
      // Each pixel of the input is spread by the filter.
      operations: { multiplyAdds: 5 * 7 * 4 * (2 * 2 * 3) },
      torchParameters: [
        ['weight', [4, 3, 2, 2]],
        ['bias', [3]],
      ],
    },
    {
      title: 'Conv2DTranspose, strides and padding',
      create: () =>
        new Conv2DTranspose({
          name,
          filters: 3,
          kernelSize: 4,
          strides: 2,
          padding: 1,
          useBias: false,
          kernelInitializer: tfl.initializers.glorotUniform({ seed: 3 }),
        }),
      inputShape: image,
      outputShape: [2, 10, 14, 3],
      weightShapes: [[4, 4, 3, 4]],
      operations: { multiplyAdds: 5 * 7 * 4 * (4 * 4 * 3) },
    },
    {
      title: 'Conv2DTranspose, output padding',
      create: () =>
        new Conv2DTranspose({
          ...{ name, filters: 3, kernelSize: 3, strides: 2, padding: 1, outputPadding: 1 },
          useBias: false,
        }),
      inputShape: image,
      outputShape: [2, 10, 14, 3],
      weightShapes: [[3, 3, 3, 4]],
      operations: { multiplyAdds: 5 * 7 * 4 * (3 * 3 * 3) },
    },
    {
      title: 'GroupNormalization',
      create: () => new GroupNormalization({ name, groups: 2, epsilon: 1e-3 }),
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
      title: 'InstanceNormalization',
      create: () =>
        new InstanceNormalization({ name, epsilon: 1e-3, gammaInitializer: initializers.zeros() }),
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
      title: 'Conv2DTranspose, other along rows and columns',
      create: () => new Conv2DTranspose({ name, filters: 3, kernelSize: [2, 1], strides: [2, 1] }),
      inputShape: image,
      outputShape: [2, 10, 7, 3],
      weightShapes: [[2, 1, 3, 4], [3]],
      operations: { multiplyAdds: 5 * 7 * 2 * 3 * 4 },
      torchParameters: [
        ['weight', [4, 3, 2, 1]],
        ['bias', [3]],
      ],
    },
    {
      title: 'AdaptiveAveragePool',
      create: () => new AdaptiveAveragePool({ name, size: 3 }),
      inputShape: image,
      outputShape: [2, 3, 3, 4],
      operations: { other: 5 * 7 * 4 },
    },
    {
      title: 'UnusedParameters',
      create: () => new UnusedParameters({ name, shapes: { kernel: [1, 1, 2, 3], bias: [3] } }),
      inputShape: image,
      outputShape: image,
      weightShapes: [[1, 1, 2, 3], [3]],
      torchParameters: [
        ['weight', [3, 2, 1, 1]],
        ['bias', [3]],
      ],
    },
    {
      title: 'ResizeToMatch',
      create: () => new ResizeToMatch({ name }),
      inputShape: image,
      otherInputs: [[2, 8, 3, 1]],
      outputShape: [2, 8, 3, 4],
      operations: { other: 4 * 8 * 3 * 4 },
    },
    {
      title: 'PositionAttention',
      create: () => new PositionAttention({ name }),
      inputShape: [2, 3, 2, 5],
      otherInputs: [
        [2, 3, 2, 5],
        [2, 3, 2, 4],
      ],
      outputShape: [2, 3, 2, 4],
      // Each pair of positions: a product of 5 channels, and its share of 4.
      operations: { multiplyAdds: 6 * 6 * (5 + 4) },
    },
    {
      title: 'PadToMultiple, minimum',
      create: () => new PadToMultiple({ name, multiple: 2, minimum: 8 }),
      inputShape: [2, 5, 9, 4],
      outputShape: [2, 8, 10, 4],
    },
    {
      title: 'Dropout of channels',
      create: () => new Dropout({ name, rate: 0.25, seed: 3, unit: 'channel' }),
      inputShape: image,
      outputShape: image,
    },
  ]);

  test('adjoint: with output padding, of the convolution of an even size', async () => {
    const [x, y] = [signedNchw('x', [2, 3, 10, 8]), signedNchw('y', [2, 4, 5, 4])];
    const filter = tf.tensor4d(signed('filter', 3 * 3 * 3 * 4), [3, 3, 3, 4]);
    const options = { strides: 2, padding: 1, outputPadding: 1 };
    const back = conv2dTranspose(y, filter, options);
    expect(back.shape).toEqual(x.shape);
    const there = conv2d(x, filter, { strides: 2, padding: [1, 1, 1, 1] });
    const [left, right] = [tf.sum(tf.mul(there, y)), tf.sum(tf.mul(x, back))];
    expect(await right.data()).toBeAllclose(await left.data(), { rtol: 1e-4, atol: 1e-4 });
    const gradients = (of: (a: tf.Tensor4D, b: tf.Tensor4D) => tf.Tensor) =>
      tf.grads((a: tf.Tensor, b: tf.Tensor) => of(a as tf.Tensor4D, b as tf.Tensor4D))([y, filter]);
    const [byY, byFilter] = gradients((a, b) => tf.sum(tf.mul(x, conv2dTranspose(a, b, options))));
    expect(await byY!.data()).toBeAllclose(await there.data(), { atol: 1e-4 });
    const [, wanted] = gradients((a, b) =>
      tf.sum(tf.mul(a, conv2d(x, b, { strides: 2, padding: [1, 1, 1, 1] }))),
    );
    expect(await byFilter!.data()).toBeAllclose(await wanted!.data(), { atol: 1e-4 });
  });

  test('adjoint: ⟨conv2d(x), y⟩ = ⟨x, conv2dTranspose(y)⟩, and both gradients', async () => {
    const x = signedNchw('transpose.x', [2, 3, 8, 6]);
    const y = signedNchw('transpose.y', [2, 5, 4, 3]);
    const filter = tf.tensor(signed('transpose.w', 4 * 4 * 3 * 5), [4, 4, 3, 5]) as tf.Tensor4D;
    const forward = conv2d(x, filter, { strides: 2, padding: [1, 1, 1, 1] });
    const back = conv2dTranspose(y, filter, { strides: 2, padding: 1 });
    const dot = async (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).data();
    const expected = await dot(forward, y);
    expect(await dot(x, back)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-4 });
    // Linear in each argument: the gradient of ⟨x, T(y, w)⟩ times the argument is the value.
    const [dy, dw] = tf.grads((a, b) =>
      tf.sum(
        tf.mul(x, conv2dTranspose(a as tf.Tensor4D, b as tf.Tensor4D, { strides: 2, padding: 1 })),
      ),
    )([y, filter]) as [tf.Tensor, tf.Tensor];
    expect(await dy.data()).toBeAllclose(await forward.data(), { rtol: 1e-4, atol: 1e-4 });
    expect(await dot(dw, filter)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-4 });
  });

  test('adjoint: of a convolution whose strides differ along rows and columns', async () => {
    const x = signedNchw('transpose.x', [2, 3, 8, 6]);
    const y = signedNchw('transpose.y', [2, 5, 4, 2]);
    const filter = tf.tensor(signed('transpose.w', 2 * 3 * 3 * 5), [2, 3, 3, 5]) as tf.Tensor4D;
    const strides = [2, 3] as const;
    const dot = async (a: tf.Tensor, b: tf.Tensor) => tf.sum(tf.mul(a, b)).data();
    const expected = await dot(conv2d(x, filter, { strides }), y);
    const back = conv2dTranspose(y, filter, { strides });
    expect(await dot(x, back)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-4 });
  });

  test('derived by hand: a transposed convolution spreads each pixel by the filter', async () => {
    const x = tf.tensor4d([1, 10], [1, 1, 2, 1]);
    const filter = tf.tensor4d([1, 2, 3], [1, 3, 1, 1]);
    const y = conv2dTranspose(x, filter, { strides: 2 });
    expect(Array.from(await y.data())).toEqual([1, 2, 3 + 10, 20, 30]);
  });

  test('slow implementation: adaptive average pooling, cells overlapping or repeated', async () => {
    const [height, width] = [5, 2];
    const x = signedNchw('pool', [1, 1, height, width]);
    const values = await x.data();
    const size = 3;
    const cell = (i: number, n: number) => [Math.floor((i * n) / size), ((i + 1) * n) / size];
    const expected: number[] = [];
    for (let row = 0; row < size; row++) {
      for (let column = 0; column < size; column++) {
        const [top, bottom] = cell(row, height);
        const [left, right] = cell(column, width);
        const seen: number[] = [];
        for (let r = top!; r < bottom!; r++) {
          for (let c = left!; c < right!; c++) seen.push(values[r * width + c]!);
        }
        expected.push(seen.reduce((a, b) => a + b) / seen.length);
      }
    }
    const y = new AdaptiveAveragePool({ size }).apply(x) as tf.Tensor;
    expect(await y.data()).toBeAllclose(expected);
  });

  test('slow implementation: instance normalisation, by images and channels, in training too', async () => {
    const x = signedNchw('instances', [2, 3, 4, 5]);
    const layer = new InstanceNormalization();
    const y = layer.apply(x) as tf.Tensor;
    const trained = layer.apply(x, { training: true }) as tf.Tensor;
    const values = await x.data();
    const expected = new Float32Array(values.length);
    const [pixels, channels] = [20, 3];
    for (let b = 0; b < 2; b++) {
      for (let c = 0; c < channels; c++) {
        const at = Array.from({ length: pixels }, (_, p) => (b * pixels + p) * channels + c);
        const mean = at.reduce((sum, i) => sum + values[i]!, 0) / pixels;
        const variance = at.reduce((sum, i) => sum + (values[i]! - mean) ** 2, 0) / pixels;
        for (const i of at) expected[i] = (values[i]! - mean) / Math.sqrt(variance + 1e-5);
      }
    }
    for (const one of [y, trained]) {
      expect(await one.data()).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
    }
    expect(layer.weights).toHaveLength(2);
  });

  test('slow implementation: group normalisation', async () => {
    const x = signedNchw('groups', [2, 6, 3, 4]);
    const y = new GroupNormalization({ groups: 3 }).apply(x) as tf.Tensor;
    const values = await x.data();
    const expected = new Float32Array(values.length);
    const [pixels, channels, width] = [12, 6, 2];
    for (let b = 0; b < 2; b++) {
      for (let g = 0; g < 3; g++) {
        const at: number[] = [];
        for (let p = 0; p < pixels; p++) {
          for (let c = 0; c < width; c++) at.push((b * pixels + p) * channels + g * width + c);
        }
        const mean = at.reduce((sum, i) => sum + values[i]!, 0) / at.length;
        const variance = at.reduce((sum, i) => sum + (values[i]! - mean) ** 2, 0) / at.length;
        for (const i of at) expected[i] = (values[i]! - mean) / Math.sqrt(variance + 1e-5);
      }
    }
    expect(await y.data()).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
  });

  test('slow implementation: attention over positions, in any size, and through JSON', async () => {
    const [height, width, compared, channels] = [2, 3, 2, 4];
    const positions = height * width;
    const values = {
      query: signed('query', positions * compared),
      key: signed('key', positions * compared),
      value: signed('value', positions * channels),
    };
    const products = Array.from({ length: positions ** 2 }, (_, at) => {
      const [i, j] = [Math.floor(at / positions), at % positions];
      let sum = 0;
      for (let c = 0; c < compared; c++) {
        sum += values.query[i * compared + c]! * values.key[j * compared + c]!;
      }
      return Math.exp(sum);
    });
    const total = products.reduce((a, b) => a + b);
    // Listed position by position, read channel by channel.
    const listed = Array.from({ length: positions * channels }, (_, at) => {
      const [i, c] = [Math.floor(at / channels), at % channels];
      let sum = 0;
      for (let j = 0; j < positions; j++) {
        sum += (products[i * positions + j]! / total) * values.value[j * channels + c]!;
      }
      return sum;
    });
    const expected = listed.map(
      (_, at) => listed[(at % channels) * positions + Math.floor(at / channels)]!,
    );
    const inputs = [compared, compared, channels].map((depth) =>
      tfl.input({ shape: [null, null, depth] }),
    );
    const y = new PositionAttention({ name }).apply(inputs) as tfl.SymbolicTensor;
    const model = await saveAndLoad(tfl.model({ inputs, outputs: y }));
    const tensors = Object.values(values).map((data) =>
      tf.tensor(data, [1, height, width, data.length / positions]),
    );
    const received = model.predict(tensors) as tf.Tensor;
    expect(received.shape).toEqual([1, height, width, channels]);
    expect(await received.data()).toBeAllclose(expected);
  });

  test('Swish is x · σ(x); ChannelSlice keeps the channels asked for', async () => {
    const x = signedNchw('swish', [1, 3, 2, 2]);
    const values = await x.data();
    const y = new Swish().apply(x) as tf.Tensor;
    expect(await y.data()).toBeAllclose(values.map((v) => v / (1 + Math.exp(-v))));
    const sliced = new ChannelSlice({ begin: 1, size: 1 }).apply(x) as tf.Tensor;
    expect(await sliced.data()).toEqual(values.filter((_, i) => i % 3 === 1));
  });

  test('ResizeToMatch resizes to the reference of any size, and survives JSON', async () => {
    const x = tfl.input({ shape: [null, null, 2] });
    const reference = tfl.input({ shape: [null, null, 1] });
    const resized = new ResizeToMatch({ name }).apply([x, reference]) as tfl.SymbolicTensor;
    expect(resized.shape).toEqual([null, null, null, 2]);
    const model = tfl.model({ inputs: [x, reference], outputs: resized });
    const value = signedNchw('match', [1, 2, 3, 4]);
    const y = model.predict([value, tf.zeros([1, 7, 5, 1])]) as tf.Tensor;
    const expected = resizeBilinear(value, [7, 5], { alignCorners: true });
    expect(await y.data()).toEqual(await expected.data());
    const other = tf.zeros([1, 2, 2, 1]);
    await expectNoNewTensors(() => tf.dispose(model.predict([value, other])));
  });
});

test('layers refuse impossible arguments, saying what is required', () => {
  const four = [null, 8, 8, 4];
  expect(() => new ChannelSlice({ name, begin: 3, size: 2 }).computeOutputShape(four)).toThrow(
    /layer: begin 3 and size 2 must lie within the 4 channels/,
  );
  expect(() => new GroupNormalization({ name, groups: 3 }).build(four)).toThrow(
    /groups must divide the 4 channels, got 3/,
  );
  expect(() => new AdaptiveAveragePool({ name, size: 0 })).toThrow(/from 1 on, got 0/);
  expect(() => new Dropout({ name, rate: 0.5, unit: 'row' as 'image' })).toThrow(
    /unit must be 'value', 'channel' or 'image', got 'row'/,
  );
  expect(() =>
    new Conv2DTranspose({ name, filters: 1, kernelSize: 1 }).build([null, 8, 8, null]),
  ).toThrow(/known channels/);
  const beyond = { name, filters: 1, kernelSize: 3, strides: 2, outputPadding: 2 };
  expect(() => new Conv2DTranspose(beyond)).toThrow(
    /outputPadding must be .* below strides 2, got 2/,
  );
});
