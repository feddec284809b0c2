import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import type { OrtBackend } from '../src/index.ts';
import { random } from './against-cpu.ts';
import { counted, dense } from './counted.ts';

// The property of this file: how often graphs are compiled and run does not grow with the length
// of a program.

describe("a loop of one's own", () => {
  // What turns out to change is a constant at first, so there are two graphs at most.
  const rows = 40;
  /** `step` in a loop whose losses are read, or not; the graphs that it took. */
  const loop = (step: (i: number) => tf.Scalar, read: boolean, steps = rows) =>
    counted(async () => {
      for (let i = 0; i < steps; i++) {
        const loss = step(i);
        if (read) await loss.data();
        loss.dispose();
      }
    });
  const data = () => random([rows * 40, 600]);
  const weights = (width: number) => tf.variable(random([width, 1], 3));
  const square = (x: tf.Tensor, w: tf.Variable): tf.Scalar =>
    tf.mean(tf.square(tf.matMul(x as tf.Tensor2D, w as never)));

  for (const read of [true, false]) {
    const title = read ? 'read' : 'not read';
    test(`batches cut out of given data, ${title}`, async () => {
      const [x, w, sgd] = [data(), weights(600), tf.train.sgd(1e-3)];
      const { compiles } = await loop(
        (i) => sgd.minimize(() => square(tf.slice(x, [i * 40, 0], [40, 600]), w), true)!,
        read,
      );
      expect(compiles).toBeLessThanOrEqual(read ? 1 : 2);
    });
  }

  test('cuts of computed values, and their gradients', async () => {
    const [x, w, sgd] = [random([64, 16]), weights(16), tf.train.sgd(1e-3)];
    const { compiles, runs } = await loop(
      (i) =>
        sgd.minimize(() => {
          const y = tf.matMul(x as tf.Tensor2D, tf.tile(w, [1, 16]) as tf.Tensor2D);
          return tf.mean(tf.square(tf.slice(y, [i, i % 7], [20, 5]))) as tf.Scalar;
        }, true)!,
      true,
    );
    expect({ compiles, runs }).toEqual({ compiles: 2, runs: rows });
  });

  test('cuts with strides', async () => {
    const x = random([80, 16]);
    const { compiles } = await loop(
      (i) =>
        tf.tidy(() =>
          tf.sum(tf.stridedSlice(tf.relu(x), [i, 1], [i + 10, 16], [2, 3])),
        ) as tf.Scalar,
      true,
    );
    expect(compiles).toBe(2);
  });

  test('shifts by padding', async () => {
    const x = random([4, 6]);
    const { compiles } = await loop(
      (i) =>
        tf.tidy(
          () =>
            tf.sum(
              tf.mul(
                tf.pad(tf.relu(x), [
                  [i, 40 - i],
                  [1, 0],
                ]),
                2,
              ),
            ) as tf.Scalar,
        ),
      true,
    );
    expect(compiles).toBe(2);
  });

  test('rates, and indices, that change', async () => {
    const [x, w] = [random([64, 16]), tf.variable(random([16, 1], 2))];
    const { compiles } = await loop((i) => {
      const places = tf.tensor1d([i, i + 1, i + 2], 'int32');
      const { value, grads } = tf.variableGrads(() => square(tf.gather(x, places), w));
      tf.tidy(() => w.assign(tf.sub(w, tf.mul(grads[w.name]!, 0.1 / (i + 1)))));
      tf.dispose([places, grads]);
      return value;
    }, true);
    expect(compiles).toBe(1);
  });

  test('hundreds of steps in one turn are some equal graphs', async () => {
    const [x, w, adam] = [random([64, 16]), tf.variable(random([16, 1], 2)), tf.train.adam(1e-3)];
    const { compiles, runs } = await counted(() => {
      for (let i = 0; i < 600; i++) adam.minimize(() => square(x, w));
    });
    expect(compiles).toBeLessThanOrEqual(3);
    expect(runs).toBeGreaterThan(5);
    adam.dispose();
  });

  test('two optimisers in one turn are two graphs, turn by turn', async () => {
    const [x, w] = [random([64, 16]), tf.variable(random([16, 1], 2))];
    const [adam, sgd] = [tf.train.adam(1e-3), tf.train.sgd(1e-3)];
    const { compiles, runs } = await loop((i) => {
      adam.minimize(() => tf.mul(square(x, w), 2) as tf.Scalar);
      const loss = sgd.minimize(() => tf.mul(square(x, w), 3 + i - i) as tf.Scalar, true)!;
      return loss;
    }, true);
    expect({ compiles, runs }).toEqual({ compiles: 2, runs: 2 * rows });
  });

  test('predictions of a large set in one turn, and over many', async () => {
    const model = dense();
    const x = random([32 * 1000, 8]);
    const { compiles, runs } = await counted(async () => {
      const y = model.predict(x, { batchSize: 32 }) as tf.Tensor;
      await y.data();
    });
    expect(compiles).toBeLessThanOrEqual(3);
    expect(runs).toBeGreaterThan(2);
    const over = await counted(async () => {
      for (let i = 0; i < 1000; i++) {
        tf.keep(model.predict(tf.slice(x, [i * 32, 0], [32, 8])) as tf.Tensor);
        await undefined;
      }
    });
    expect(over.compiles).toBeLessThanOrEqual(3);
    expect(over.runs).toBeGreaterThan(2);
  });

  test('a step and what is computed of its gradients are two graphs, an evaluation one of its own', async () => {
    const [x, w, adam] = [random([64, 16]), tf.variable(random([16, 1], 2)), tf.train.adam(1e-3)];
    const { compiles, runs } = await loop((i) => {
      const norm = tf.tidy(() => {
        const { grads } = tf.variableGrads(() => square(x, w), [w]);
        adam.applyGradients(grads as never);
        return tf.sum(tf.square(tf.mul(grads[w.name]!, [[1 + i]])));
      });
      const after = square(x, w);
      norm.dispose();
      return after;
    }, false);
    expect(compiles).toBeLessThanOrEqual(3);
    expect(runs).toBeLessThanOrEqual(2 * rows);
  });

  test('a step of many operations stays one graph', async () => {
    const w = tf.variable(random([8, 8], 2));
    const deep = () => {
      let y = random([4, 8]) as tf.Tensor2D;
      for (let i = 0; i < 900; i++) y = tf.tanh(tf.matMul(y, w as never)) as tf.Tensor2D;
      return tf.mean(y) as tf.Scalar;
    };
    const sgd = tf.train.sgd(1e-3);
    const { runs } = await loop(() => sgd.minimize(deep, true)!, true, 3);
    expect(runs).toBe(3);
  });
});

test('what is started without a reading comes to the same as what is read', async () => {
  const train = async (backend: string, read: boolean) => {
    await tf.setBackend(backend);
    const [x, w] = [random([64, 16]), tf.variable(random([16, 1], 2))];
    const adam = tf.train.adam(0.05);
    for (let i = 0; i < 30; i++) {
      const loss = adam.minimize(
        () => tf.mean(tf.square(tf.matMul(x as tf.Tensor2D, w as never))),
        true,
      )!;
      if (read) await loss.data();
      else await undefined;
      loss.dispose();
    }
    return w.data();
  };
  const expected = await train('cpu', true);
  expect(await train('ort', true)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
  expect(await train('ort', false)).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-5 });
});

test('a graph that fails keeps no other value from its data, whatever was built on it', async () => {
  const w = tf.variable(tf.tensor1d([1, 2, 3]));
  const places = tf.cast(tf.tensor1d([99]), 'int32');
  const bad = tf.gather(w, places);
  const { grads } = tf.variableGrads(() => tf.sum(tf.square(w)) as tf.Scalar, [w]);
  await undefined;
  const next = tf.reshape(tf.mul(grads[w.name]!, 10), [3, 1]);
  await expect(bad.data()).rejects.toThrow(/Gather/);
  expect(Array.from(await next.data())).toEqual([20, 40, 60]);
  bad.dispose();
  await (tf.backend() as OrtBackend).flush();
});

test('a reshaped result has the data of what it was made of, there or on its way', async () => {
  const w = tf.variable(tf.tensor2d([1, 2, 3, 4], [2, 2]));
  const { grads } = tf.variableGrads(() => tf.sum(tf.square(w)) as tf.Scalar, [w]);
  const gradient = grads[w.name]!;
  await undefined;
  const [row, column] = [tf.reshape(gradient, [4]), tf.reshape(tf.reshape(gradient, [4]), [4, 1])];
  gradient.dispose();
  expect(await row.array()).toEqual([2, 4, 6, 8]);
  expect(await column.array()).toEqual([[2], [4], [6], [8]]);
  expect(await tf.add(row, 1).array()).toEqual([3, 5, 7, 9]);
});
