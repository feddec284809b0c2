import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { beforeAll, expect, test } from 'vitest';
import { registerOrtBackend } from '../src/index.ts';
import { registerOrtBackend as registerOrtWeb } from '../src/web.ts';

/** Whether the suites run on the twin for browsers, on WebAssembly: `STS_NET_TEST_ORT=web`. */
const isWeb = process.env['STS_NET_TEST_ORT'] === 'web';

beforeAll(async () => {
  if (isWeb) await registerOrtWeb({ provider: 'wasm', threads: 1 });
  else await registerOrtBackend({ threads: 1 });
});

/** Random numbers in ±1; the same for the same shape and seed. */
export function random(shape: number[], seed = 1): tf.Tensor {
  return tf.tensor(signed(`${seed}:${shape}`, tf.util.sizeFromShape(shape)), shape);
}

/** Random numbers between 0.1 and 2. */
export function positive(shape: number[], seed = 1): tf.Tensor {
  const values = signed(`${seed}:${shape}`, tf.util.sizeFromShape(shape));
  return tf.tensor(
    values.map((u) => 1.05 + 0.95 * u),
    shape,
  );
}

/** Whole numbers from −4 to 4. */
export function whole(shape: number[], seed = 1): tf.Tensor {
  const values = signed(`${seed}:${shape}`, tf.util.sizeFromShape(shape));
  return tf.tensor(
    Array.from(values, (u) => Math.round(4 * u)),
    shape,
    'int32',
  );
}

/** Truth values. */
export function truth(shape: number[], seed = 1): tf.Tensor {
  const values = signed(`${seed}:${shape}`, tf.util.sizeFromShape(shape));
  return tf.tensor(
    Array.from(values, (u) => (u > 0 ? 1 : 0)),
    shape,
    'bool',
  );
}

/** A tensor that is recorded on `ort` and not computed. */
export function pending<T extends tf.Tensor>(x: tf.Tensor): T {
  return tf.mul(x, tf.scalar(1, x.dtype)) as T;
}

interface Computed {
  readonly values: number[];
  readonly shape: number[];
  readonly dtype: string;
}

async function compute(backend: string, run: () => tf.Tensor | tf.Tensor[]): Promise<Computed[]> {
  await tf.setBackend(backend);
  const before = tf.memory().numTensors;
  const results = [tf.tidy(run)].flat();
  const computed = await Promise.all(
    results.map(async (one) => ({
      values: Array.from(await one.data()),
      shape: one.shape,
      dtype: one.dtype,
    })),
  );
  tf.dispose(results);
  expect(tf.memory().numTensors).toBe(before);
  return computed;
}

/**
 * A test that what `run` makes is the same on `ort` as on TensorFlow.js's `cpu` backend, to
 * `tolerance` times the largest value. `oracle` is what runs on `cpu`, where that differs.
 */
export function sameAsCpu(
  title: string,
  run: () => tf.Tensor | tf.Tensor[],
  tolerance = 1e-5,
  oracle: typeof run = run,
): void {
  test(`${title}: same as the cpu backend`, async () => {
    const expected = await compute('cpu', oracle);
    const actual = await compute('ort', run);
    expect(actual.length).toBe(expected.length);
    expected.forEach((want, i) => {
      const got = actual[i]!;
      expect(got.shape).toEqual(want.shape);
      expect(got.dtype).toBe(want.dtype);
      const scale = Math.max(1, ...want.values.map((v) => (Number.isFinite(v) ? Math.abs(v) : 0)));
      expect(got.values).toBeAllclose(want.values, { rtol: 0, atol: tolerance * scale });
    });
  });
}
