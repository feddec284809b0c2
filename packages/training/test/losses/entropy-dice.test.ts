import { describeBackends, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createLoss } from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';

const loss = mapped(createLoss('entropy-dice-cross-entropy'));
const entropy = mapped(createLoss('cross-entropy'));

describeBackends('entropy-dice-cross-entropy', () => {
  const [pixels, classes] = [24, 3];
  const shape: [number, number, number, number] = [2, 3, 4, classes];
  const z = signed('logits', pixels * classes).map((value) => 3 * value);
  const y = Float32Array.from({ length: pixels * classes }, (_, i) =>
    (Math.floor(i / classes) * 7) % classes === i % classes ? 1 : 0,
  );
  const softmax = (values: Float32Array | Float64Array, i: number) => {
    const own = Array.from({ length: classes }, (_, c) => Math.exp(values[i * classes + c]!));
    const total = own.reduce((a, b) => a + b, 0);
    return own.map((one) => one / total);
  };
  /** By loops; the pixels' weights may be those of other logits. */
  const dice = (values: Float64Array, weights: Float32Array) => {
    let sum = 0;
    for (let c = 0; c < classes; c++) {
      let [both, either] = [0, 0];
      for (let i = 0; i < pixels; i++) {
        const uncertain = softmax(weights, i).reduce((h, p) => h - p * Math.log(p), 0);
        const w = 1 + uncertain / Math.log(classes);
        const [p, truth] = [softmax(values, i)[c]!, y[i * classes + c]!];
        both += w * p * truth;
        either += w * (p + truth);
      }
      sum += 1 - (2 * both + 1) / (either + 1);
    }
    return sum / classes;
  };

  test('by loops; finite differences with the weights held', async () => {
    const [labels, logits] = [tf.tensor4d(y, shape), tf.tensor4d(z, shape)];
    const own = (one: typeof loss) => (x: tf.Tensor) => one.value(labels, x as tf.Tensor4D, {});
    const received = tf.sub(own(loss)(logits), own(entropy)(logits));
    const exact = Float64Array.from(z);
    expect(await received.data()).toBeAllclose([dice(exact, z)], { rtol: 1e-5 });
    const [both, one] = [tf.grad(own(loss))(logits), tf.grad(own(entropy))(logits)];
    const gradient = await tf.sub(both, one).data();
    const expected = Array.from({ length: pixels * classes }, (_, i) => {
      const [more, less] = [1e-5, -1e-5].map((step) => {
        const moved = exact.slice();
        moved[i]! += step;
        return dice(moved, z);
      }) as [number, number];
      return (more - less) / 2e-5;
    });
    expect(gradient).toBeAllclose(expected, { rtol: 1e-4, atol: 1e-7 });
  });

  test('derived by hand: a map is held against the largest label in each of its pixels', async () => {
    // Foreground in one corner only; the last pixel does not count.
    const rows = ['0000', '0000', '0001', '0009'].join('');
    const labels = tf.tensor4d(
      [...rows].flatMap((digit) => [digit === '0' ? 1 : 0, digit === '1' ? 1 : 0]),
      [1, 4, 4, 2],
    );
    const map = tf.tensor4d([0.5, -1, 2, 0.25], [1, 2, 2, 1]);
    const softplus = (value: number) => Math.log(1 + Math.exp(value));
    const expected = (softplus(0.5) + softplus(-1) + softplus(2) + softplus(-0.25)) / 4;
    expect(await loss.value(labels, map, {}).data()).toBeAllclose([expected], { rtol: 1e-5 });
    const odd = tf.zeros([1, 3, 2, 1]) as tf.Tensor4D;
    expect(() => loss.value(labels, odd, {})).toThrow(
      /a whole number of times smaller.*got \[3, 2\]/,
    );
  });
}, ['wasm', 'ort']);
