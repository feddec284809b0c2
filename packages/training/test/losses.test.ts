import { describeBackends, expectNoNewTensors, signed, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, it } from 'vitest';
import { crossEntropy, diceCrossEntropy, type Loss } from '../src/losses/losses.ts';

const shape: [number, number, number, number] = [2, 3, 4, 3];
const pixels = 24;
const classes = 3;
const logits = signed('logits', pixels * classes).map((v) => 3 * v);
const truth = Array.from(uniform('truth', pixels), (u) => Math.floor(u * classes));
const labels = Float32Array.from(
  truth.flatMap((label) => [0, 1, 2].map((c) => (c === label ? 1 : 0))),
);

/** The formulas of the docstrings, pixel by pixel in float64. */
function obvious(z: ArrayLike<number>): { entropy: number; dice: number } {
  let entropy = 0;
  const sums = Array.from({ length: classes }, () => ({ both: 0, p: 0, y: 0 }));
  for (let i = 0; i < pixels; i++) {
    const e = [0, 1, 2].map((c) => Math.exp(z[i * classes + c]!));
    const total = e.reduce((a, b) => a + b, 0);
    entropy -= Math.log(e[truth[i]!]! / total) / pixels;
    for (let c = 0; c < classes; c++) {
      const y = truth[i] === c ? 1 : 0;
      sums[c]!.both += (e[c]! / total) * y;
      sums[c]!.p += e[c]! / total;
      sums[c]!.y += y;
    }
  }
  const dice = (c: number) => (2 * sums[c]!.both + 1) / (sums[c]!.p + sums[c]!.y + 1);
  return { entropy, dice: 1 - (dice(1) + dice(2)) / 2 };
}

const cases: [string, Loss, (z: ArrayLike<number>) => number][] = [
  ['crossEntropy', crossEntropy, (z) => obvious(z).entropy],
  ['diceCrossEntropy', diceCrossEntropy, (z) => obvious(z).entropy + obvious(z).dice],
];

describeBackends('losses', () => {
  it.each(cases)('%s equals the formula pixel by pixel', async (_, loss, oracle) => {
    const [y, z] = [tf.tensor4d(labels, shape), tf.tensor4d(logits, shape)];
    const value = loss(y, z);
    expect(await value.data()).toBeAllclose([oracle(logits)]);
    tf.dispose([y, z, value]);
  });

  it.each(cases)('%s has the gradient of finite differences', async (_, loss, oracle) => {
    const [y, z] = [tf.tensor4d(labels, shape), tf.tensor4d(logits, shape)];
    const gradient = tf.grad((x) => tf.mul(loss(y, x as tf.Tensor4D), 2))(z);
    const step = 1e-5;
    const expected = Array.from(logits, (_, i) => {
      const moved = (by: number) => Float64Array.from(logits, (v, j) => (i === j ? v + by : v));
      return (2 * (oracle(moved(step)) - oracle(moved(-step)))) / (2 * step);
    });
    expect(await gradient.data()).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-6 });
    tf.dispose([y, z, gradient]);
  });

  it.each(cases)('%s stays finite for extreme logits', async (_, loss) => {
    const [y, z] = [
      tf.tensor4d(labels, shape),
      tf.tensor4d(
        logits.map((v) => v * 1e4),
        shape,
      ),
    ];
    const { value, grad } = tf.valueAndGrad((x) => loss(y, x as tf.Tensor4D))(z);
    expect([...(await value.data()), ...(await grad.data())].every(Number.isFinite)).toBe(true);
    tf.dispose([y, z, value, grad]);
  });

  it.each(cases)('%s leaves no tensors behind', async (_, loss) => {
    const [y, z] = [tf.tensor4d(labels, shape), tf.tensor4d(logits, shape)];
    await expectNoNewTensors(() => {
      tf.dispose(tf.valueAndGrad((x) => loss(y, x as tf.Tensor4D))(z));
    });
  });

  it.each(cases)('%s refuses labels of another shape', (_, loss) => {
    const [y, z] = [tf.zeros([2, 3, 4, 2]), tf.zeros(shape)];
    expect(() => loss(y as tf.Tensor4D, z as tf.Tensor4D)).toThrow(
      "labels must be one-hot of the logits' shape [2,3,4,3]",
    );
  });
});
