import * as tf from '@tensorflow/tfjs-core';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { absentKernels } from '../src/kernels/register-kernels.ts';
import { pending, random } from './against-cpu.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

describe('profiling', () => {
  test('`tf.profile` knows kernels, shapes and times', async () => {
    const { kernels, newTensors, result } = await tf.profile(() =>
      tf.tidy(() => tf.relu(tf.matMul(random([4, 3]), random([3, 2])))),
    );
    expect(kernels.map(({ name }) => name).filter((name) => name !== 'Identity')).toEqual([
      'BatchMatMul',
      'Relu',
    ]);
    expect(kernels.at(-1)!.outputShapes).toEqual([[4, 2]]);
    for (const { kernelTimeMs } of kernels) expect(kernelTimeMs).toBeGreaterThanOrEqual(0);
    expect(newTensors).toBe(1);
    tf.dispose(result as tf.Tensor);
  });

  test('`tf.profile` of an asynchronous function', async () => {
    const { kernelNames } = await tf.profile(async () => {
      const y = tf.square(random([3]));
      await y.data();
      return y;
    });
    expect(kernelNames).toContain('Square');
  });

  test('`tf.time` counts what the function recorded, not what was recorded before', async () => {
    const before = pending(random([3]));
    let ran = false;
    const { kernelMs, wallMs } = await tf.time(() => {
      ran = true;
      tf.dispose(tf.matMul(random([64, 64]), random([64, 64])));
    });
    expect(ran).toBe(true);
    expect(kernelMs).toBeLessThanOrEqual(wallMs);
    before.dispose();
  });

  test('what the function throws is thrown', () => {
    const wrong = () =>
      tf.profile(() => tf.matMul(tf.zeros([2, 3]) as tf.Tensor2D, tf.zeros([2, 3]) as tf.Tensor2D));
    return expect(wrong()).rejects.toThrow(/matMul.*inner size/);
  });
});

describe('debugging', () => {
  afterEach(() => {
    tf.env().set('DEBUG', false);
    tf.env().set('CHECK_COMPUTATION_FOR_ERRORS', false);
    vi.restoreAllMocks();
  });

  test('reports every kernel and what is not finite', async () => {
    vi.spyOn(console, 'warn').mockReturnValue();
    const log = vi.spyOn(console, 'log').mockReturnValue();
    tf.env().set('DEBUG', true);
    tf.env().set('CHECK_COMPUTATION_FOR_ERRORS', true);
    const grad = tf.grad((x) => tf.sum(tf.div(tf.square(x), tf.zerosLike(x))));
    const dx = grad(tf.tensor1d([1, 2]));
    expect(await dx.data()).toHaveLength(2);
    await vi.waitFor(() => {
      expect(log.mock.calls.flat().join()).toContain('RealDiv');
      expect(vi.mocked(console.warn).mock.calls.flat().join()).toContain(
        "Found Infinity in the result of 'RealDiv'",
      );
    });
  });
});

describe('pixels', () => {
  const pixels = {
    data: new Uint8Array([1, 2, 3, 255, 4, 5, 6, 128]),
    width: 2,
    height: 1,
  };

  test.each([
    [1, [1, 4]],
    [3, [1, 2, 3, 4, 5, 6]],
    [4, [1, 2, 3, 255, 4, 5, 6, 128]],
  ])('`fromPixels` of plain data, %s channels', async (channels, expected) => {
    const image = tf.browser.fromPixels(pixels, channels);
    expect(image.dtype).toBe('int32');
    expect(image.shape).toEqual([1, 2, channels]);
    expect(Array.from(await image.data())).toEqual(expected);
  });

  test('`toPixels` of what is recorded', async () => {
    const bytes = await tf.browser.toPixels(pending(tf.tensor3d([0, 0.2, 1], [1, 1, 3])));
    expect(Array.from(bytes)).toEqual([0, 51, 255, 255]);
  });
});

test('kernels that no backend for processors has are absent, all of its are there', () => {
  const names = (backend: string) => tf.getKernelsForBackend(backend).map((k) => k.kernelName);
  const [ort, cpu] = [new Set(names('ort')), new Set(names('cpu'))];
  for (const name of absentKernels) {
    expect(ort.has(name)).toBe(false);
    expect(cpu.has(name)).toBe(false);
  }
  expect([...cpu].filter((name) => !ort.has(name))).toEqual([]);
});

test('text of what is computed, and how to get it otherwise', async () => {
  const x = tf.add(tf.tensor1d([1, 2]), 1);
  expect(() => x.toString()).toThrow(/await tensor\.data\(\)/);
  expect(() => x.print()).toThrow(/await tensor\.data\(\)/);
  await x.data();
  expect(x.toString()).toContain('[2, 3]');
  expect(tf.tensor1d([1, 2]).toString()).toContain('[1, 2]');
});

test('to another backend and back, with what is recorded', async () => {
  const x = pending(tf.tensor1d([1, 2]));
  await tf.setBackend('cpu');
  const y = tf.add(x, 1);
  expect(Array.from(y.dataSync())).toEqual([2, 3]);
  await tf.setBackend('ort');
  const z = tf.add(y, x);
  expect(Array.from(await z.data())).toEqual([3, 5]);
  await tf.setBackend('cpu');
  expect(Array.from(tf.mul(z, y).dataSync())).toEqual([6, 15]);
});

test('a backend that is left takes a tensor that cannot be computed along', async () => {
  const wrong = tf.gather(tf.tensor1d([1, 2]), pending(tf.tensor1d([7], 'int32')));
  expect(await tf.setBackend('cpu')).toBe(true);
  await expect(wrong.data()).rejects.toThrow(/ort backend|indices/);
  wrong.dispose();
});

test('weights in float16', async () => {
  const halves = new Uint16Array([0x3c00, 0xc000, 0x7c00, 0x0001]);
  const { w } = tf.io.decodeWeights(halves.buffer, [
    {
      ...{ name: 'w', shape: [4], dtype: 'float32' },
      quantization: { dtype: 'float16', original_dtype: 'float32' } as never,
    },
  ]);
  expect(Array.from(await pending(w!).data())).toEqual([1, -2, Infinity, 2 ** -24]);
});
