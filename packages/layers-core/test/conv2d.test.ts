import { describeBackends, golden, hwio, nchwValues, signed, signedNchw } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { type Conv2DOptions, conv2d, conv2dGeometry, type Padding } from '../src/index.ts';

const units = golden('models-eval').units;

interface Case {
  input: [number, number, number, number];
  filter: [number, number, number, number];
  options: Conv2DOptions;
}

/** Groups × dilations × strides × paddings × odd sizes, every one of them valid. */
function* cases(): Generator<Case> {
  const paddings: readonly Padding[] = [[1, 2, 0, 3], [2, 2, 2, 2], 'same', 'valid'];
  for (const groups of [1, 2, 4]) {
    for (const dilation of [1, 2, 4, 12, 36]) {
      for (const stride of [1, 2, 3]) {
        const rim = dilation;
        // A dilated filter larger than the map, as in ASPP at rate 36, needs padding to fit.
        const fitting: Padding = [rim, rim, rim, rim];
        const padding = dilation > 2 ? fitting : paddings[(groups + stride + dilation) % 4]!;
        yield {
          input: [2, 7, 9, 4],
          filter: [3, 3, 4 / groups, 8],
          options: { strides: stride, dilations: dilation, padding, groups },
        };
      }
    }
  }
  yield { input: [1, 5, 6, 3], filter: [1, 1, 3, 5], options: {} };
  yield { input: [1, 5, 6, 3], filter: [1, 1, 3, 5], options: { strides: 2 } };
  yield {
    input: [1, 9, 8, 3],
    filter: [7, 7, 3, 2],
    options: { strides: 2, padding: [3, 3, 3, 3] },
  };
  yield {
    input: [2, 6, 5, 6],
    filter: [3, 3, 1, 6],
    options: { groups: 6, padding: [0, 1, 0, 1], strides: 2 },
  };
  yield { input: [1, 6, 7, 3], filter: [5, 3, 1, 6], options: { groups: 3, padding: 'same' } };
  // Odd numbers of rows and columns of padding.
  yield { input: [1, 6, 8, 2], filter: [3, 3, 2, 3], options: { strides: 2, padding: 'same' } };
  yield {
    input: [1, 5, 6, 4],
    filter: [2, 4, 2, 4],
    options: { groups: 2, dilations: [3, 1], padding: 'same' },
  };
  yield {
    input: [1, 6, 7, 2],
    filter: [2, 3, 2, 3],
    options: { dilations: [3, 1], strides: [1, 2] },
  };
}

type Pair = readonly [number, number];

const pair = (value: number | Pair = 1): Pair =>
  typeof value === 'number' ? [value, value] : value;

const outputs = (size: number, taps: number, stride: number, dilation: number, padding: number) =>
  Math.floor((size + padding - dilation * (taps - 1) - 1) / stride) + 1;

/** Padding before and after along an axis. `'same'` is the least that gives ⌈size / stride⌉ outputs, the smaller half before. */
function padsOf({ input, filter, options }: Case, axis: 0 | 1): Pair {
  const { padding = 'valid' } = options;
  if (padding === 'valid') return [0, 0];
  if (padding !== 'same') return axis === 0 ? [padding[0], padding[1]] : [padding[2], padding[3]];
  const stride = pair(options.strides)[axis];
  const dilation = pair(options.dilations)[axis];
  const wanted = Math.ceil(input[axis + 1]! / stride);
  let total = 0;
  while (outputs(input[axis + 1]!, filter[axis]!, stride, dilation, total) < wanted) total++;
  return [Math.floor(total / 2), Math.ceil(total / 2)];
}

/** The definition, written out: the slow obvious oracle. */
function oracle(x: Float32Array, w: Float32Array, one: Case) {
  const { input, filter, options } = one;
  const [batch, height, width, channels] = input;
  const [kh, kw, depth, filters] = filter;
  const [strides, dilations] = [pair(options.strides), pair(options.dilations)];
  const [[top, bottom], [left, right]] = [padsOf(one, 0), padsOf(one, 1)];
  const oh = outputs(height, kh, strides[0], dilations[0], top + bottom);
  const ow = outputs(width, kw, strides[1], dilations[1], left + right);
  const y = new Float32Array(batch * oh * ow * filters);
  const perGroup = filters / (options.groups ?? 1);
  for (let b = 0; b < batch; b++)
    for (let i = 0; i < oh; i++)
      for (let j = 0; j < ow; j++)
        for (let o = 0; o < filters; o++) {
          let sum = 0;
          for (let u = 0; u < kh; u++)
            for (let v = 0; v < kw; v++) {
              const row = i * strides[0] + u * dilations[0] - top;
              const column = j * strides[1] + v * dilations[1] - left;
              if (row < 0 || row >= height || column < 0 || column >= width) continue;
              for (let c = 0; c < depth; c++) {
                const channel = Math.floor(o / perGroup) * depth + c;
                sum +=
                  x[((b * height + row) * width + column) * channels + channel]! *
                  w[((u * kw + v) * depth + c) * filters + o]!;
              }
            }
          y[((b * oh + i) * ow + j) * filters + o] = sum;
        }
  return { shape: [batch, oh, ow, filters] as [number, number, number, number], values: y };
}

const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const dot = (a: ArrayLike<number>, b: ArrayLike<number>) =>
  Array.from(a).reduce((sum, value, i) => sum + value * b[i]!, 0);

describeBackends('conv2d', () => {
  test.each([...cases()])(
    'equals the written-out sum, and its gradients are its adjoints: $input * $filter $options',
    async (one) => {
      const xValues = signed('conv.x', size(one.input));
      const wValues = signed('conv.w', size(one.filter));
      const x = tf.tensor4d(xValues, one.input);
      const w = tf.tensor4d(wValues, one.filter);
      const expected = oracle(xValues, wValues, one);
      const dyValues = signed('conv.dy', expected.values.length);
      const dy = tf.tensor4d(dyValues, expected.shape);
      const { value, grads } = tf.valueAndGrads((a: tf.Tensor, b: tf.Tensor) =>
        conv2d(a as tf.Tensor4D, b as tf.Tensor4D, one.options),
      )([x, w], dy);
      expect(value.shape).toEqual(expected.shape);
      expect(await value.data()).toBeAllclose(expected.values, { rtol: 1e-5, atol: 1e-5 });

      // <conv(p, w), dy> = <p, dx> and <conv(x, q), dy> = <q, dw>, for directions p and q of their own.
      const [dx, dw] = grads as [tf.Tensor, tf.Tensor];
      const p = signed('conv.p', xValues.length);
      const q = signed('conv.q', wValues.length);
      const scale = Math.sqrt(dyValues.length);
      expect(
        Math.abs(dot(p, await dx.data()) - dot(oracle(p, wValues, one).values, dyValues)) / scale,
      ).toBeLessThan(1e-4);
      expect(
        Math.abs(dot(q, await dw.data()) - dot(oracle(xValues, q, one).values, dyValues)) / scale,
      ).toBeLessThan(1e-4);
      tf.dispose([x, w, dy, value, ...grads]);
    },
  );

  test.each([1, 2, 4])('golden: PyTorch grouped convolution, dilation %i', async (dilation) => {
    const x = signedNchw('gx', [1, 8, 9, 9]);
    const w = hwio({ shape: [8, 2, 3, 3], data: signed('gw', 8 * 2 * 9) });
    const y = conv2d(x, w, {
      groups: 4,
      dilations: dilation,
      padding: [dilation, dilation, dilation, dilation],
    });
    expect(await nchwValues(y)).toBeAllclose(units[`grouped_conv_g4_d${dilation}`].values, {
      rtol: 1e-5,
      atol: 1e-5,
    });
    tf.dispose([x, w, y]);
  });

  test('golden: PyTorch 7×7 stride 2 padding 3, which is not TensorFlow’s same', async () => {
    const x = signedNchw('sx', [1, 2, 8, 8]);
    const w = hwio({ shape: [1, 2, 7, 7], data: signed('sw', 98) });
    const y = conv2d(x, w, { strides: 2, padding: [3, 3, 3, 3] });
    expect(await nchwValues(y)).toBeAllclose(units.stride2_conv7_pad3.values, {
      rtol: 1e-5,
      atol: 1e-5,
    });
    tf.dispose([x, w, y]);
  });

  test('property: gradients agree with finite differences', async () => {
    const shape: [number, number, number, number] = [1, 4, 5, 4];
    const x = tf.tensor4d(signed('fd.x', 80), shape);
    const wValues = signed('fd.w', 3 * 3 * 2 * 4);
    const options: Conv2DOptions = { groups: 2, dilations: 2, padding: [2, 2, 2, 2] };
    const loss = (w: tf.Tensor) =>
      tf.mean(tf.square(conv2d(x, w as tf.Tensor4D, options))) as tf.Scalar;
    const w = tf.tensor4d(wValues, [3, 3, 2, 4]);
    const gradient = await tf.grad(loss)(w).data();
    const at = async (values: Float32Array) =>
      (await loss(tf.tensor4d(values, [3, 3, 2, 4])).data())[0]!;
    for (const index of [0, 17, 40, 71]) {
      const step = 1e-2;
      const plus = wValues.slice();
      const minus = wValues.slice();
      plus[index]! += step;
      minus[index]! -= step;
      const slope = ((await at(plus)) - (await at(minus))) / (2 * step);
      expect(Math.abs(slope - gradient[index]!)).toBeLessThan(2e-3 * Math.max(1, Math.abs(slope)));
    }
  });

  test('property: calls leave no tensors behind but their result', () => {
    const x = tf.zeros([1, 6, 6, 4]) as tf.Tensor4D;
    const w = tf.zeros([3, 3, 2, 4]) as tf.Tensor4D;
    const step = () => {
      const gradients = tf.grads((a: tf.Tensor, b: tf.Tensor) =>
        tf.sum(conv2d(a as tf.Tensor4D, b as tf.Tensor4D, { groups: 2, padding: 'same' })),
      )([x, w]);
      tf.dispose(gradients);
    };
    step();
    const before = tf.memory().numTensors;
    step();
    expect(tf.memory().numTensors).toBe(before);
  });
});

// With an odd number of rows of padding, the one more is at the end.
test.each([
  [{ size: 7, taps: 3, strides: 1, dilations: 1 }, [1, 1]],
  [{ size: 6, taps: 3, strides: 2, dilations: 1 }, [0, 1]],
  [{ size: 8, taps: 3, strides: 3, dilations: 1 }, [0, 1]],
  [{ size: 5, taps: 2, strides: 1, dilations: 1 }, [0, 1]],
  [{ size: 5, taps: 4, strides: 1, dilations: 1 }, [1, 2]],
  [{ size: 5, taps: 2, strides: 1, dilations: 3 }, [1, 2]],
  [{ size: 10, taps: 7, strides: 2, dilations: 1 }, [2, 3]],
  [{ size: 9, taps: 1, strides: 3, dilations: 1 }, [0, 0]],
])('derived by hand: `same` of TensorFlow, %o: pads %o', ({ size, taps, ...options }, pads) => {
  const along = { ...options, padding: 'same' } as const;
  const rows = conv2dGeometry([1, size, 1, 1], [taps, 1, 1, 1], along);
  const columns = conv2dGeometry([1, 1, size, 1], [1, taps, 1, 1], along);
  expect([rows.pads.slice(0, 2), columns.pads.slice(2)]).toEqual([pads, pads]);
  const count = Math.ceil(size / options.strides);
  expect([rows.outputShape[1], columns.outputShape[2]]).toEqual([count, count]);
});

describe('conv2dGeometry refuses, saying what and why', () => {
  const input = [1, 8, 8, 16];
  const bad: [string, number[], number[], Conv2DOptions, RegExp][] = [
    ['a rank', [8, 8, 16], [3, 3, 16, 4], {}, /must be \[batch, height, width, channels\]/],
    [
      'a group count',
      input,
      [3, 3, 4, 4],
      { groups: 3 },
      /groups must divide the 16 input channels/,
    ],
    ['a depth', input, [3, 3, 8, 4], { groups: 4 }, /filter depth must be 4 .* got 8/],
    [
      'a stride',
      input,
      [3, 3, 16, 4],
      { strides: 0 },
      /strides must be whole numbers from 1 on, got \[0,0\]/,
    ],
    ['a dilation', input, [3, 3, 16, 4], { dilations: 1.5 }, /dilations must be whole/],
    ['a padding', input, [3, 3, 16, 4], { padding: [0, 0, -1, 0] }, /padding must be whole/],
    ['a size', input, [3, 3, 16, 4], { dilations: 4 }, /covers 9 along height, but .* only 8/],
  ];
  test.each(bad)('%s', (_, shape, filter, options, message) => {
    expect(() => conv2dGeometry(shape, filter, options)).toThrow(message);
  });
});
