import { readFileSync } from 'node:fs';
import { describeBackends, signed, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createLoss } from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';

/** References of the authors' code in float64. */
const { units } = JSON.parse(
  readFileSync(
    new URL('../../../model/test/fixtures/deeplabv3-afma.json', import.meta.url),
    'utf8',
  ),
);

const afma = mapped(createLoss('afma'));
const labelsOf = (batch: number, height: number, width: number) => {
  const draws = uniform('label', batch * height * width).map((u) => (u < 0.2 ? 1 : 0));
  const label = tf.tensor3d(Int32Array.from(draws), [batch, height, width], 'int32');
  return tf.cast(tf.oneHot(label, 2), 'float32') as tf.Tensor4D;
};

describeBackends('afma', () => {
  test('golden: the error of an attention', async () => {
    const attention = tf.relu(
      tf.tensor4d(signed('unit/head.attention', 2 * 2 * 425 * 6), [2, 2, 425, 6]),
    );
    const error = afma.value(labelsOf(2, 176, 256), attention, {});
    expect(await error.data()).toBeAllclose([units.loss.mse], { rtol: 1e-4 });
  });

  test('property: none for the attention that the labels themselves have, at each depth', async () => {
    // One class everywhere: its patches share all pixels, the other's none.
    const labels = tf.concat(
      [tf.ones([1, 160, 80, 1]), tf.zeros([1, 160, 80, 1])],
      3,
    ) as tf.Tensor4D;
    for (const coarse of [8 * 4, 4 * 2, 2]) {
      const one = (value: number) => tf.fill([1, 1, 128, coarse], value);
      const right = tf.concat([one(1), one(0)], 1) as tf.Tensor4D;
      expect(await afma.value(labels, right, {}).data()).toBeAllclose([0], { atol: 1e-12 });
      const wrong = tf.concat([one(1), one(1)], 1) as tf.Tensor4D;
      expect(await afma.value(labels, wrong, {}).data()).toBeAllclose([0.5], { rtol: 1e-6 });
    }
  });

  test('derived by hand: of logits it is the cross-entropy', async () => {
    const labels = labelsOf(1, 8, 8);
    expect(await afma.value(labels, tf.zerosLike(labels), {}).data()).toBeAllclose([Math.LN2]);
  });

  test('an output that is neither is refused, with what would be', () => {
    const labels = labelsOf(1, 88, 80);
    for (const shape of [
      [1, 2, 64, 5],
      [1, 2, 63, 1],
      [1, 3, 64, 1],
    ] as [number, number, number, number][]) {
      expect(() => afma.value(labels, tf.zeros(shape), {})).toThrow(
        /`afma`: an output must be logits.*\[1,88,80,2\].*attention \[1, 2, 64.*multiples of 8/,
      );
    }
  });
}, ['wasm', 'ort']);
