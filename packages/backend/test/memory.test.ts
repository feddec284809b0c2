import { signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { beforeAll, expect, test } from 'vitest';
import { useBackend } from '../src/index.ts';
import { convolutionOf, slowConvolution } from './oracle.ts';

const attrs = { strides: [1, 1], dilations: [1, 1], pads: [1, 1, 1, 1], groups: 2 };
const size = (shape: readonly number[]) => shape.reduce((a, b) => a * b, 1);
const heapBytes = () =>
  (tf.backend() as unknown as { wasm: { HEAPU8: Uint8Array } }).wasm.HEAPU8.length;
const run = (name: string, inputs: tf.NamedTensorMap, more: object) =>
  tf.engine().runKernel(name, inputs, { ...attrs, ...more } as tf.NamedAttrMap) as tf.Tensor;

beforeAll(async () => {
  await useBackend('wasm');
});

test('many calls leave no tensor and no scratch memory behind', () => {
  const x = tf.ones([1, 8, 8, 32]);
  const filter = tf.ones([3, 3, 16, 32]);
  const step = () =>
    tf.dispose([
      run('StsConv2D', { x, filter }, {}),
      run('StsConv2DBackpropInput', { dy: x, filter }, { inputShape: x.shape }),
      run('StsConv2DBackpropFilter', { x, dy: x }, { filterShape: filter.shape }),
      run('StsBatchNormTraining', { x, gamma: tf.ones([32]), beta: tf.ones([32]) }, { epsilon: 1 }),
      tf.tile(x, [1, 2, 2, 1]),
      tf.sum(x, [0, 1]),
    ]);
  tf.tidy(step);
  const [tensors, bytes] = [tf.memory().numTensors, heapBytes()];
  for (let i = 0; i < 1000; i++) tf.tidy(step);
  expect(tf.memory().numTensors).toBe(tensors);
  expect(heapBytes()).toBe(bytes);
  tf.dispose([x, filter]);
});

test('results stay right when the memory grows between and during calls', async () => {
  const shape = convolutionOf([1, 12, 11, 8], [3, 3, 8], { pads: [1, 1, 1, 1], groups: 2 });
  const [values, weights] = [signed('x', size(shape.input)), signed('w', size(shape.filter))];
  const x = tf.tensor(values, [...shape.input]);
  const filter = tf.tensor(weights, [...shape.filter]);
  const before = run('StsConv2D', { x, filter }, {});
  const bytes = heapBytes();
  const fillers: tf.Tensor[] = [];
  // The output of the last of these does not fit without growth.
  const wide = tf.ones([1, 256, 256, 8]);
  for (let i = 0; heapBytes() === bytes; i++) {
    fillers.push(run('StsConv2D', { x: wide, filter }, {}));
    expect(i).toBeLessThan(10_000);
  }
  const last = await fillers.at(-1)!.data();
  const first = await fillers[0]!.data();
  expect(last).toBeAllclose(first, { rtol: 0, atol: 0 });
  const after = run('StsConv2D', { x, filter }, {});
  const expected = slowConvolution(shape, values, weights);
  for (const y of [before, after]) {
    expect(await y.data()).toBeAllclose(expected, { rtol: 1e-5, atol: 1e-5 });
  }
  tf.dispose([x, filter, wide, before, after, ...fillers]);
});
