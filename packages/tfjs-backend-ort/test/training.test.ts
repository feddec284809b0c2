import * as tf from '@tensorflow/tfjs-core';
import { afterEach, expect, test } from 'vitest';
import { type OrtBackend, registerOrtBackend } from '../src/index.ts';
import './against-cpu.ts';
import { batch, SmallNetwork } from './small-network.ts';

const backend = () => tf.backend() as OrtBackend;

async function train(
  name: string,
  steps: number,
): Promise<{ losses: number[]; weights: number[] }> {
  await tf.setBackend(name);
  const network = new SmallNetwork();
  const losses: number[] = [];
  for (let step = 0; step < steps; step++) {
    const { x, y } = batch(step);
    const loss = network.train(x, y);
    losses.push((await loss.data())[0]!);
    tf.dispose([x, y, loss]);
  }
  const weights = (await Promise.all(network.weights.map((one) => one.data()))).flatMap((data) =>
    Array.from(data),
  );
  network.dispose();
  return { losses, weights };
}

afterEach(async () => {
  await tf.setBackend('ort');
});

test('ten steps of training follow the cpu backend', async () => {
  const expected = await train('cpu', 10);
  const actual = await train('ort', 10);
  expect(actual.losses).toBeAllclose(expected.losses, { rtol: 1e-4 });
  expect(actual.weights).toBeAllclose(expected.weights, { rtol: 1e-3, atol: 2e-4 });
});

test('one structure is compiled once in many steps, and nothing is left behind', async () => {
  await tf.setBackend('ort');
  const network = new SmallNetwork();
  const step = async (seed: number) => {
    const { x, y } = batch(seed);
    const loss = network.train(x, y);
    const value = (await loss.data())[0]!;
    tf.dispose([x, y, loss]);
    return value;
  };
  const first = await step(0);
  await step(1);
  const { compiles, runs } = backend().statistics();
  const { numTensors, numDataBuffers } = tf.memory();
  let last = first;
  for (let i = 2; i < 82; i++) last = await step(i % 4);
  expect(backend().statistics()).toMatchObject({ compiles, runs: runs + 80, pendingTensors: 0 });
  expect(tf.memory()).toMatchObject({ numTensors, numDataBuffers });
  expect(last).toBeLessThan(first);
  network.dispose();
});

test('the process does not grow over hundreds of steps', async () => {
  await tf.setBackend('ort');
  const network = new SmallNetwork();
  const run = async (steps: number) => {
    for (let i = 0; i < steps; i++) {
      const { x, y } = batch(i % 4);
      const loss = network.train(x, y);
      await loss.data();
      tf.dispose([x, y, loss]);
    }
    return process.memoryUsage().rss;
  };
  const before = await run(100);
  const after = await run(200);
  expect(after - before).toBeLessThan(64 * 2 ** 20);
  network.dispose();
});

test('a freed tensor is never computed', async () => {
  await tf.setBackend('ort');
  const x = tf.tensor1d([1, 2, 3]);
  const kept = tf.square(x);
  // Out of range: computing it would fail.
  const places = tf.cast(tf.tensor1d([99]), 'int32');
  const freed = tf.gather(kept, places);
  tf.dispose([freed, places]);
  expect(await kept.data()).toBeAllclose([1, 4, 9]);
  tf.dispose([x, kept]);
});

test('a tensor that cannot be computed fails alone', async () => {
  const x = tf.tensor1d([1, 2, 3]);
  const places = tf.cast(tf.tensor1d([99]), 'int32');
  const bad = tf.gather(x, places);
  const good = tf.square(x);
  await expect(bad.data()).rejects.toThrow(/Gather/);
  expect(await good.data()).toBeAllclose([1, 4, 9]);
  tf.dispose([x, places, bad, good]);
});

test('a tensor that is read and disposed of at once still arrives', async () => {
  const x = tf.square(tf.tensor1d([2]));
  const data = x.data();
  expect(await data).toBeAllclose([4]);
  x.dispose();
});

test('dataSync works for what is computed and else says what to call', async () => {
  const x = tf.tensor1d([1, 2]);
  const y = tf.square(x);
  expect(Array.from(x.dataSync())).toEqual([1, 2]);
  expect(() => y.dataSync()).toThrow(/await tensor\.data\(\)/);
  await y.data();
  expect(Array.from(y.dataSync())).toEqual([1, 4]);
});

test('a permuted tensor is read in its own order', async () => {
  const x = tf.tensor2d([1, 2, 3, 4, 5, 6], [2, 3]);
  const turned = tf.transpose(x);
  expect(await turned.array()).toEqual([
    [1, 4],
    [2, 5],
    [3, 6],
  ]);
  expect(await tf.add(turned, 1).array()).toEqual([
    [2, 5],
    [3, 6],
    [4, 7],
  ]);
});

test('frozen tensors become constants, and other data another graph', async () => {
  const weights = tf.tensor2d([1, 2, 3, 4], [2, 2]);
  const x = tf.tensor2d([1, 1], [1, 2]);
  const product = async () => Array.from(await tf.tidy(() => tf.matMul(x, weights)).data());
  expect(await product()).toEqual([4, 6]);
  const loose = backend().statistics().compiles;
  await backend().freeze([weights]);
  expect(await product()).toEqual([4, 6]);
  expect(await product()).toEqual([4, 6]);
  expect(backend().statistics().compiles).toBe(loose + 1);
  const others = tf.tensor2d([10, 20, 30, 40], [2, 2]);
  await backend().freeze([others]);
  expect(Array.from(await tf.matMul(x, others).data())).toEqual([40, 60]);
  expect(backend().statistics().compiles).toBe(loose + 2);
});

test('the limit of kept graphs holds and options are checked', async () => {
  await expect(registerOrtBackend({ cacheSize: 4 })).rejects.toThrow(/removeBackend/);
  await tf.setBackend('cpu');
  tf.removeBackend('ort');
  await expect(registerOrtBackend({ cacheSize: 0 })).rejects.toThrow(/cacheSize/);
  await expect(registerOrtBackend({ threads: 0.5 })).rejects.toThrow(/threads/);
  await registerOrtBackend({ cacheSize: 4, threads: 1 });
  await tf.setBackend('ort');
  for (let round = 0; round < 2; round++) {
    for (let n = 1; n <= 6; n++) {
      const x = tf.ones([n]);
      expect(await tf.add(x, 1).data()).toBeAllclose(new Array(n).fill(2));
      expect(backend().statistics().cachedSessions).toBeLessThanOrEqual(4);
    }
  }
  expect(backend().statistics()).toMatchObject({ cachedSessions: 4, compiles: 12 });
  for (let i = 0; i < 4; i++) await tf.add(tf.ones([6]), 1).data();
  expect(backend().statistics().compiles).toBe(12);
});
