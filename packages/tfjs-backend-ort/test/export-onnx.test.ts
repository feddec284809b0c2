import { BatchNormalization, Conv2D } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { InferenceSession, Tensor } from 'onnxruntime-node';
import { beforeEach, expect, test } from 'vitest';
import { exportOnnx, readOnnxMetadata } from '../src/index.ts';
import { random } from './against-cpu.ts';
import { SmallNetwork } from './small-network.ts';

beforeEach(async () => {
  await tf.setBackend('ort');
});

async function runFile(
  file: Uint8Array,
  x: tf.Tensor,
): Promise<{ data: number[]; dims: number[] }> {
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  const input = new Tensor('float32', (await x.data()) as Float32Array, x.shape);
  const { y } = await session.run({ x: input });
  return { data: Array.from(y!.data as Float32Array), dims: [...y!.dims] };
}

test('a network exported with a free batch gives the same in ONNX Runtime for any batch', async () => {
  const network = new SmallNetwork();
  const before = tf.memory().numTensors;
  const file = await exportOnnx(
    (x) => ({ y: network.forward(x as tf.Tensor4D) }),
    [{ name: 'x', shape: [null, 12, 10, 3] }],
  );
  expect(tf.memory().numTensors).toBe(before);
  for (const batch of [1, 3]) {
    const x = random([batch, 12, 10, 3]);
    const expected = tf.tidy(() => network.forward(x as tf.Tensor4D));
    const { data, dims } = await runFile(file, x);
    expect(dims).toEqual([batch, 12, 10, 2]);
    expect(data).toBeAllclose(Array.from(await expected.data()), { atol: 1e-5 });
  }
});

test('with free height and width a file pads to the multiple, cuts back and gives what the padded image gives', async () => {
  const network = new SmallNetwork();
  const height = { name: 'height', multipleOf: 4 };
  const width = { name: 'width', multipleOf: 4 };
  const file = await exportOnnx(
    (x) => ({ y: network.forward(x as tf.Tensor4D) }),
    [{ name: 'x', shape: [null, height, width, 3] }],
  );
  for (const [batch, rows, columns] of [
    [1, 8, 16],
    [2, 11, 5],
    [1, 1, 30],
  ] as const) {
    const x = random([batch, rows, columns, 3]) as tf.Tensor4D;
    const { data, dims } = await runFile(file, x);
    expect(dims).toEqual([batch, rows, columns, 2]);
    const expected = tf.tidy(() => {
      const [bottom, right] = [-rows & 3, -columns & 3];
      const padded = tf.pad(x, [
        [0, 0],
        [0, bottom],
        [0, right],
        [0, 0],
      ]);
      return tf.slice(network.forward(padded), [0, 0, 0, 0], [batch, rows, columns, 2]);
    });
    expect(data).toBeAllclose(Array.from(await expected.data()), { atol: 1e-5 });
  }
});

test('derived by hand: sizes of results are spelt in terms of the free ones', async () => {
  const rows = { name: 'rows', multipleOf: 2 };
  const file = await exportOnnx(
    (x) => ({
      y: tf.reshape(x, [x.shape[0]! * x.shape[1]!]),
      z: tf.fill([3, x.shape[0]! / 2], 7),
    }),
    [{ name: 'x', shape: [rows, { name: 'columns' }] }],
  );
  const session = await InferenceSession.create(file, { intraOpNumThreads: 1 });
  expect(session.outputMetadata.map((one) => one.isTensor && one.shape)).toEqual([
    ['rows*columns'],
    [3, 'rows*0.5'],
  ]);
  const x = new Tensor('float32', Float32Array.of(1, 2, 3, 4, 5, 6), [3, 2]);
  const { y, z } = await session.run({ x });
  expect([...(y!.data as Float32Array)]).toEqual([1, 2, 3, 4, 5, 6, 0, 0]);
  expect([...(z!.data as Float32Array)]).toEqual([7, 7, 7, 7, 7, 7]);
});

test('a layers model exports with its weights', async () => {
  const image = tfl.input({ shape: [8, 8, 3] });
  let y = new Conv2D({ filters: 4, kernelSize: 3, padding: 1, useBias: true }).apply(image);
  y = new BatchNormalization().apply(y);
  const model = tfl.model({ inputs: image, outputs: y as tfl.SymbolicTensor });
  const file = await exportOnnx(
    (x) => ({ y: model.apply(x) as tf.Tensor }),
    [{ name: 'x', shape: [null, 8, 8, 3] }],
  );
  const x = random([2, 8, 8, 3]);
  const { data } = await runFile(file, x);
  const expected = tf.tidy(() => model.apply(x) as tf.Tensor);
  expect(data).toBeAllclose(Array.from(await expected.data()), { atol: 1e-5 });
});

test('what cannot be exported says why', async () => {
  const same = (x: tf.Tensor) => ({ y: x });
  await expect(exportOnnx(same, [{ name: 'x', shape: [1, null] }])).rejects.toThrow(
    /first size .* \[1,\] for 'x'/,
  );
  const fixed = (x: tf.Tensor) => ({ y: tf.add(x, tf.ones(x.shape)) });
  await expect(exportOnnx(fixed, [{ name: 'x', shape: [null, 1] }])).rejects.toThrow(
    /depends on batch/,
  );
  const counted = (x: tf.Tensor) => ({ y: tf.div(x, x.shape[0]!) });
  await expect(exportOnnx(counted, [{ name: 'x', shape: [null] }])).rejects.toThrow(
    /depends on batch/,
  );
  const five = ['a', 'b', 'c', 'd', 'e'].map((name) => ({ name }));
  await expect(exportOnnx(same, [{ name: 'x', shape: five }])).rejects.toThrow(/at most 4 .* 'e'/);
  const half = [{ name: 'a', multipleOf: 0.5 }];
  await expect(exportOnnx(same, [{ name: 'x', shape: half }])).rejects.toThrow(
    /whole number .* 0.5/,
  );
  const two = [{ name: 'a' }, { name: 'a', multipleOf: 2 }];
  await expect(exportOnnx(same, [{ name: 'x', shape: two }])).rejects.toThrow(/one .* 1 and 2/);
  await tf.setBackend('cpu');
  await expect(exportOnnx(same, [{ name: 'x', shape: [1] }])).rejects.toThrow(/setBackend/);
});

test('round trip: metadata comes back, weights and all other bytes passed over', async () => {
  const metadata = { config: '{"é":1}', second: '' };
  const file = await exportOnnx(
    (x) => ({ y: tf.add(x, tf.tensor1d([1, 2])) }),
    [{ name: 'x', shape: [null, 2] }],
    metadata,
  );
  expect(Object.fromEntries(readOnnxMetadata(file))).toEqual(metadata);
  const { data } = await runFile(file, tf.tensor2d([[1, 1]]));
  expect(data).toEqual([2, 3]);
  expect(() => readOnnxMetadata(new Uint8Array([255, 255, 255]))).toThrow(/no ONNX file/);
});
