import { describeBackends, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createLoss } from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';

const loss = mapped(createLoss('contour-dice-cross-entropy'));
const plain = mapped(createLoss('dice-cross-entropy'));

/** One-hot labels of rows of digits; 9 does not count. */
const labelsOf = (rows: readonly string[], classes: number) => {
  const values = rows.flatMap((row) =>
    [...row].flatMap((digit) => Array.from({ length: classes }, (_, c) => (c === +digit ? 1 : 0))),
  );
  return tf.tensor4d(values, [1, rows.length, rows[0]!.length, classes]);
};
const truth = ['0000000', '0011200', '0012100', '0011100', '0000009'];
// Drawn by hand: what has a neighbour on the other side, corners too.
const contour = ['0111110', '0111110', '0110110', '0111110', '0111119'];

describeBackends('contour-dice-cross-entropy', () => {
  test('derived by hand: an output of one channel is held against the contour', async () => {
    const logit = tf.tensor4d(signed('contour', 35), [1, 5, 7, 1]);
    const both = tf.concat([tf.zerosLike(logit), logit], 3) as tf.Tensor4D;
    const expected = plain.value(labelsOf(contour, 2), both, {});
    const received = loss.value(labelsOf(truth, 3), logit, {});
    expect(await received.data()).toBeAllclose(await expected.data(), { rtol: 1e-6 });
    const pull = tf.grad((z: tf.Tensor) => loss.value(labelsOf(truth, 3), z as tf.Tensor4D, {}));
    const gradient = await pull(logit).data();
    // On the contour up, off it down, and nowhere where a pixel does not count.
    expect([...gradient].map((value) => Math.sign(value) + 0).join()).toBe(
      [...contour.join('')].map((digit) => ({ 0: 1, 1: -1, 9: 0 })[digit]).join(),
    );
  });

  test('other outputs are held against the truth', async () => {
    const logits = tf.tensor4d(signed('logits', 105), [1, 5, 7, 3]);
    const labels = labelsOf(truth, 3);
    const [received, expected] = [loss, plain].map((one) => one.value(labels, logits, {}));
    expect(await received!.data()).toEqual(await expected!.data());
  });

  test('an image without foreground has no contour', async () => {
    const empty = labelsOf(['000', '000'], 2);
    const sure = tf.fill([1, 2, 3, 1], -30) as tf.Tensor4D;
    const none = tf.fill([1, 2, 3, 1], 30) as tf.Tensor4D;
    const [low, high] = [sure, none].map((one) => loss.value(empty, one, {}));
    expect((await low!.data())[0]!).toBeLessThan((await high!.data())[0]!);
  });
}, ['wasm', 'ort']);
