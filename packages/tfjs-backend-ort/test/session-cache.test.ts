import * as tf from '@tensorflow/tfjs-core';
import { expect, test, vi } from 'vitest';
import { loadOrt, type OrtBackend, registerOrtBackend } from '../src/index.ts';

test('derived by hand: of two kept graphs the one that was used longer ago goes', async () => {
  await registerOrtBackend({ cacheSize: 2, threads: 1 });
  await tf.setBackend('ort');
  const backend = tf.backend() as OrtBackend;
  /** Runs the graph for vectors of this length; how many graphs have been compiled since the start. */
  const compiled = async (length: number) => {
    const [x, y] = tf.tidy(() => {
      const ones = tf.ones([length]);
      return [ones, tf.add(ones, 1)];
    });
    expect([...(await y.data())]).toEqual(new Array(length).fill(2));
    tf.dispose([x, y]);
    return backend.statistics().compiles;
  };
  const counts: number[] = [];
  // 1 is used again before 3 comes, so 3 takes the place of 2.
  for (const length of [1, 2, 1, 3, 1, 2]) counts.push(await compiled(length));
  expect(counts).toEqual([1, 2, 2, 3, 3, 4]);
  expect(backend.statistics().cachedSessions).toBe(2);
});

test('small graphs get one thread, others what was asked for', async () => {
  tf.removeBackend('ort');
  await registerOrtBackend();
  await tf.setBackend('ort');
  const create = vi.spyOn((await loadOrt()).InferenceSession, 'create');
  const threads = async (run: () => tf.Tensor) => {
    await tf.tidy(run).data();
    return (create.mock.calls.at(-1)![1] as { intraOpNumThreads?: number }).intraOpNumThreads;
  };
  const many = tf.ones([2 ** 18, 2]) as tf.Tensor2D;
  expect(await threads(() => tf.mul(tf.ones([7]), 3))).toBe(1);
  expect(await threads(() => tf.gather(many, tf.tensor1d([1, 2], 'int32')))).toBe(1);
  expect(await threads(() => tf.matMul(tf.ones([1, 2 ** 18]), many))).toBeUndefined();
  tf.removeBackend('ort');
  await registerOrtBackend({ threads: 2 });
  await tf.setBackend('ort');
  expect(await threads(() => tf.mul(tf.ones([7]), 3))).toBe(2);
  create.mockRestore();
});
