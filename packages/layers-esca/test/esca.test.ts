import {
  describeBackends,
  describeLayer,
  expectNoNewTensors,
  golden,
  nchwValues,
  signed,
  signedNchw,
  uniform,
} from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { adaptiveKernelSize, ESCA, type ESCAArgs, esca } from '../src/index.ts';

/** Applies a layer with the given kernels to `x`; disposes the layer. */
async function apply(args: ESCAArgs, kernels: readonly Float32Array[], x: tf.Tensor4D) {
  const layer = esca(args);
  tf.dispose(layer.apply(x) as tf.Tensor);
  layer.setWeights(kernels.map((kernel) => tf.tensor1d(kernel)));
  const y = layer.apply(x) as tf.Tensor4D;
  const values = await nchwValues(y);
  y.dispose();
  layer.dispose();
  return values;
}

test('adaptiveKernelSize: the values of the ECA paper, and those of spec for STS-Net', () => {
  expect([64, 256, 512, 1024, 2048].map((c) => adaptiveKernelSize(c))).toEqual([3, 5, 5, 5, 7]);
  expect([1, 2, 8, 16, 128].map((c) => adaptiveKernelSize(c))).toEqual([3, 3, 3, 3, 5]);
  expect(adaptiveKernelSize(2048, { gamma: 1, b: 0 })).toBe(11);
  expect(() => adaptiveKernelSize(0)).toThrow(/`channels` must be a positive integer, got 0/);
  expect(() => adaptiveKernelSize(8, { gamma: 0 })).toThrow(/`gamma` must be a positive number/);
  expect(() => adaptiveKernelSize(8, { b: Number.NaN })).toThrow(/`b` must be a finite number/);
});

test('ESCA: presets choose the kernel size, explicit options win', () => {
  expect(esca().kernelSize).toBe('adaptive');
  expect(esca({ preset: 'paper' }).kernelSize).toBe('adaptive');
  expect(esca({ preset: 'reference-code' }).kernelSize).toBe(3);
  expect(esca({ preset: 'reference-code', kernelSize: 5 }).kernelSize).toBe(5);
});

test.each<[Record<string, unknown>, RegExp]>([
  [{ kernelSize: 4 }, /`kernelSize` must be 'adaptive' or an odd positive integer, got 4/],
  [{ kernelSize: 'auto' }, /`kernelSize` must be 'adaptive' or an odd positive integer, got auto/],
  [{ repeats: 0 }, /`repeats` must be a positive integer, got 0/],
  [{ gamma: -1 }, /`gamma` must be a positive number, got -1/],
  [{ preset: 'repo' }, /`preset` must be one of 'paper', 'reference-code', got 'repo'/],
  [{ activation: 'swish' }, /`activation` must be one of 'linear', .*got 'swish'/],
  [{ seed: 0.5 }, /`seed` must be an integer, got 0.5/],
])('ESCA: %o is refused', (args, message) => {
  expect(() => esca(args as ESCAArgs)).toThrow(message);
});

test('ESCA: an input without four axes or a channel count is refused', () => {
  expect(() => esca().build([null, 8])).toThrow(
    /\[batch, height, width, channels\].*got \[null, 8\]/,
  );
  expect(() => esca().build([null, 8, 8, null])).toThrow(/known channel count/);
});

describeBackends('ESCA', () => {
  test('initial kernels are U(-1/sqrt(k), 1/sqrt(k)), fixed by the seed', async () => {
    const draw = async (args: ESCAArgs) => {
      const layer = esca(args);
      tf.dispose(layer.apply(tf.zeros([1, 4, 4, 8])) as tf.Tensor);
      const values = await Promise.all(layer.getWeights().map((w) => w.data()));
      layer.dispose();
      return values.map((v) => [...v]);
    };
    const args = { kernelSize: 401, shared: false, seed: 0 };
    const [first, second] = await draw(args);
    const bound = 1 / Math.sqrt(401);
    for (const kernel of [first!, second!]) {
      expect(Math.max(...kernel)).toBeLessThanOrEqual(bound);
      expect(Math.max(...kernel)).toBeGreaterThan(0.97 * bound);
      expect(Math.min(...kernel)).toBeLessThan(-0.97 * bound);
    }
    expect(second).not.toEqual(first);
    expect(await draw(args)).toEqual([first, second]);
    expect((await draw({ ...args, seed: 1 }))[0]).not.toEqual(first);
  });

  test.each([
    ['esca_k3_shared', { kernelSize: 3 }, ['esca.w']],
    ['esca_k5_shared', { kernelSize: 5 }, ['esca.w5']],
    ['esca_k3_two_convs', { kernelSize: 3, shared: false }, ['esca.w', 'esca.v']],
  ] as const)('golden %s', async (name, args, keys) => {
    const x = signedNchw('x', [1, 8, 5, 6]);
    const values = await apply(
      args,
      keys.map((key) => signed(key, args.kernelSize)),
      x,
    );
    expect(values).toBeAllclose(golden('models-eval').units[name].values, { atol: 1e-6 });
    x.dispose();
  });

  test('slow oracle: naive loops agree for every option', async () => {
    const [batch, height, width, channels] = [2, 3, 4, 9];
    const x = signedNchw('oracle', [batch, channels, height, width]);
    const flat = signed('oracle', batch * channels * height * width);
    const between = { linear: (v: number) => v, tanh: Math.tanh } as const;
    for (const taps of [1, 3, 7, 11]) {
      for (const repeats of [1, 2, 3]) {
        for (const shared of [true, false]) {
          for (const activation of ['linear', 'tanh'] as const) {
            const kernels = Array.from({ length: shared ? 1 : repeats }, (_, i) =>
              signed(`w${i}`, taps),
            );
            const expected = flat.slice();
            for (let n = 0; n < batch; n++) {
              const at = n * channels * height * width;
              const area = height * width;
              let s = Array.from({ length: channels }, (_, c) => {
                const plane = flat.subarray(at + c * area, at + (c + 1) * area);
                return plane.reduce((a, v) => a + v, 0) / area;
              });
              for (let r = 0; r < repeats; r++) {
                const w = kernels[shared ? 0 : r]!;
                const source = r > 0 ? s.map(between[activation]) : s;
                s = s.map((_, c) =>
                  w.reduce((a, v, t) => a + v * (source[c + t - (taps - 1) / 2] ?? 0), 0),
                );
              }
              for (let i = 0; i < channels * area; i++) {
                expected[at + i]! *= 1 / (1 + Math.exp(-s[Math.floor(i / area)]!));
              }
            }
            const args = { kernelSize: taps, repeats, shared, activation };
            expect(await apply(args, kernels, x)).toBeAllclose(expected);
          }
        }
      }
    }
    x.dispose();
  });

  test('property: away from the ends it is ECA with the 5-tap self-convolution', async () => {
    const x = tf.tidy(() => tf.mul<tf.Tensor4D>(signedNchw('eca', [1, 12, 3, 3]), 10));
    const [w0, w1, w2] = signed('w', 3) as unknown as [number, number, number];
    const five = Float32Array.of(w0 * w0, 2 * w0 * w1, 2 * w0 * w2 + w1 * w1, 2 * w1 * w2, w2 * w2);
    const twice = await apply({ kernelSize: 3 }, [Float32Array.of(w0, w1, w2)], x);
    const once = await apply({ kernelSize: 5, repeats: 1 }, [five], x);
    expect(twice.slice(9, -9)).toBeAllclose(once.slice(9, -9));
    expect(twice.slice(0, 9)).not.toBeAllclose(once.slice(0, 9), { rtol: 1e-3 });
    x.dispose();
  });

  test('property: w and -w give the same output', async () => {
    const x = signedNchw('sign', [2, 8, 3, 3]);
    const w = signed('w', 5);
    const minus = w.map((v) => -v);
    expect(await apply({ kernelSize: 5 }, [minus], x)).toEqual(
      await apply({ kernelSize: 5 }, [w], x),
    );
    x.dispose();
  });

  test('property: the gradient vanishes at w = 0', async () => {
    const x = signedNchw('zero', [2, 8, 3, 3]);
    const layer = new ESCA({ kernelSize: 3 });
    tf.dispose(layer.apply(x) as tf.Tensor);
    layer.setWeights([tf.zeros([3])]);
    const kernel = layer.trainableWeights[0]!.read() as tf.Variable;
    const { grads } = tf.variableGrads(() => tf.sum(layer.apply(x) as tf.Tensor), [kernel]);
    expect(await grads[kernel.name]!.data()).toBeAllclose([0, 0, 0], { atol: 0 });
    tf.dispose([x, grads]);
    layer.dispose();
  });

  test('finite differences: gradients of the kernels and of the input', async () => {
    const shape = [2, 3, 4, 6] as const;
    const x = signed('x', 144);
    const dy = tf.tensor4d(signed('dy', 144), [...shape]);
    const kernels = [signed('esca.w', 3), signed('esca.v', 3)];
    const args = { kernelSize: 3, shared: false, activation: 'tanh' } as const;
    const layer = esca(args);
    tf.dispose(layer.apply(dy) as tf.Tensor);
    const loss = (input: tf.Tensor, a: tf.Tensor, b: tf.Tensor) => {
      layer.setWeights([a, b]);
      return tf.sum(tf.mul(dy, layer.apply(input) as tf.Tensor));
    };
    const value = async (input: Float32Array, [a, b]: readonly Float32Array[]) => {
      const result = tf.tidy(() =>
        loss(tf.tensor4d(input, [...shape]), tf.tensor1d(a!), tf.tensor1d(b!)),
      );
      const [number] = await result.data();
      result.dispose();
      return number!;
    };
    const eps = 1e-2;
    const difference = async (array: Float32Array, i: number) => {
      const saved = array[i]!;
      array[i] = saved + eps;
      const plus = await value(x, kernels);
      array[i] = saved - eps;
      const minus = await value(x, kernels);
      array[i] = saved;
      return (plus - minus) / (2 * eps);
    };
    const input = tf.tensor4d(x, [...shape]);
    layer.setWeights(kernels.map((kernel) => tf.tensor1d(kernel)));
    const dx = tf.grad((t) => tf.sum(tf.mul(dy, layer.apply(t) as tf.Tensor)))(input);
    const variables = layer.trainableWeights.map((w) => w.read() as tf.Variable);
    const { grads } = tf.variableGrads(
      () => tf.sum(tf.mul(dy, layer.apply(input) as tf.Tensor)),
      variables,
    );
    const tolerance = { rtol: 2e-3, atol: 2e-3 };
    for (const [k, variable] of variables.entries()) {
      const numeric = [];
      for (let i = 0; i < 3; i++) numeric.push(await difference(kernels[k]!, i));
      expect(await grads[variable.name]!.data()).toBeAllclose(numeric, tolerance);
    }
    const exact = await dx.data();
    for (const i of [0, 17, 80, 143]) {
      expect([exact[i]!]).toBeAllclose([await difference(x, i)], tolerance);
    }
    tf.dispose([input, dx, dy, grads]);
    layer.dispose();
  });

  test('a training step leaks nothing', async () => {
    const layer = esca();
    const x = tf.tensor4d(uniform('leak', 64), [1, 4, 4, 4]);
    tf.dispose(layer.apply(x) as tf.Tensor);
    await expectNoNewTensors(() => {
      tf.dispose(tf.variableGrads(() => tf.sum(layer.apply(x) as tf.Tensor)));
    });
    x.dispose();
    layer.dispose();
  });

  const shape = [2, 5, 3, 64];
  const variants: [ESCAArgs, number[][]][] = [
    [{}, [[3]]],
    [{ preset: 'reference-code' }, [[3]]],
    [{ gamma: 1, b: 0 }, [[7]]],
    [{ kernelSize: 5, shared: false }, [[5], [5]]],
    [{ kernelSize: 5, repeats: 3, shared: false }, [[5], [5], [5]]],
    [{ repeats: 1, activation: 'relu' }, [[3]]],
    [{ activation: 'sigmoid', seed: 7 }, [[3]]],
    [{ activation: 'tanh', trainable: true }, [[3]]],
  ];
  describeLayer(
    'ESCA conformance',
    variants.map(([args, weightShapes]) => ({
      title: JSON.stringify(args),
      create: () => esca({ ...args, name: 'layer' }),
      inputShape: shape,
      outputShape: shape,
      weightShapes,
      operations: {
        multiplyAdds: (args.repeats ?? 2) * weightShapes[0]![0]! * 64,
        other: 5 * 3 * 64,
      },
      torchParameters: weightShapes.map(([taps], i) => {
        const convolution = args.shared === false ? `conv.${i}` : 'conv';
        return [`${convolution}.weight`, [1, 1, taps!]] as const;
      }),
    })),
  );
});
