import { describeBackends, signed, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createLoss, type LossConfig } from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';

const shape: [number, number, number] = [2, 4, 5];
const count = 2 * 4 * 5;
const classes = 3;

describeBackends('uncertainty', () => {
  const of = (output: tf.Tensor4D, labels: tf.Tensor4D, config: Partial<LossConfig> = {}) =>
    mapped(createLoss({ name: 'uncertainty', ...config } as LossConfig)).value(labels, output, {});
  const sample = () => {
    const digits = Int32Array.from(uniform('label', count).map((u) => Math.floor(3 * u)));
    const labels = tf.cast(tf.oneHot(tf.tensor(digits, shape, 'int32'), classes), 'float32');
    const logits = tf.tensor4d(
      signed('logits', count * classes).map((value) => 3 * value),
      [...shape, classes],
    );
    const weights = tf.tensor4d(uniform('weights', count), [...shape, 1]);
    return { labels: labels as tf.Tensor4D, logits, weights };
  };

  // By PyTorch 2.14.1 in float64 from the formulas.
  test('golden: of logits, and of logits with weights', async () => {
    const { labels, logits, weights } = sample();
    expect(await of(logits, labels).data()).toBeAllclose([2.510440454806627], { rtol: 1e-5 });
    const output = tf.concat([logits, weights], 3) as tf.Tensor4D;
    expect(await of(output, labels).data()).toBeAllclose([0.9894863775380566], { rtol: 1e-5 });
    const half = { epsilon: 0.5 } as Partial<LossConfig>;
    expect(await of(output, labels, half).data()).toBeAllclose([1.922630521328518], { rtol: 1e-5 });
  });

  test('property: with weights of 1 it is cross-entropy, its gradient too, whatever the class weights', async () => {
    const { labels, logits } = sample();
    const classWeights = [1, 2, 0.5];
    const plain = mapped(createLoss({ name: 'cross-entropy', classWeights }));
    const own = (z: tf.Tensor) => {
      const output = tf.concat([z, tf.ones([...shape, 1])], 3) as tf.Tensor4D;
      return of(output, labels, { classWeights, epsilon: 0 } as Partial<LossConfig>);
    };
    const [a, b] = [own, (z: tf.Tensor) => plain.value(labels, z as tf.Tensor4D, {})].map((loss) =>
      tf.valueAndGrad(loss)(logits),
    );
    expect(await a!.value.data()).toBeAllclose(await b!.value.data(), { rtol: 1e-5 });
    expect(await a!.grad.data()).toBeAllclose(await b!.grad.data(), { rtol: 1e-4, atol: 1e-7 });
  });

  test('property: pixels of no class count nowhere', async () => {
    const { labels, logits, weights } = sample();
    const counted = tf.tensor4d(
      uniform('counted', count).map((u) => (u < 0.5 ? 0 : 1)),
      [...shape, 1],
    );
    const some = tf.mul(labels, counted) as tf.Tensor4D;
    const others = tf.add(logits, tf.mul(tf.sub(1, counted), tf.randomUniform(logits.shape, 0, 9)));
    for (const add of [[], [weights]]) {
      const output = (z: tf.Tensor) => tf.concat([z, ...add], 3) as tf.Tensor4D;
      const expected = await of(output(logits), some).data();
      expect(await of(output(others), some).data()).toBeAllclose(expected, { rtol: 1e-5 });
    }
  });

  test('an output that is neither is refused', () => {
    const { labels } = sample();
    expect(() => of(tf.zeros([...shape, 5]), labels)).toThrow(
      /labels must be one-hot of the logits' shape \[2,4,5,5\]/,
    );
    expect(() => of(tf.zeros([...shape, 3]), labels, { epsilon: -1 } as never)).toThrow(/epsilon/);
  });
}, ['wasm', 'ort']);
