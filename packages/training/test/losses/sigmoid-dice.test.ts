import { describeBackends, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createLoss } from '../../src/index.ts';
import { mapped } from '../../src/losses/contract/loss.ts';

const sigmoid = (z: number) => 1 / (1 + Math.exp(-z));

describeBackends('sigmoid-dice-cross-entropy', () => {
  test.each([true, false])('by loops, probabilities as logits: %s', async (asLogits) => {
    const loss = mapped(
      createLoss({ name: 'sigmoid-dice-cross-entropy', probabilitiesAsLogits: asLogits }),
    );
    const [batch, pixels, classes] = [2, 12, 3];
    const z = signed('logits', batch * pixels * classes).map((value) => 3 * value);
    const classOf = (i: number) => (i * 7) % classes;
    let [dice, entropy] = [0, 0];
    for (let b = 0; b < batch; b++) {
      for (let c = 0; c < classes; c++) {
        let [both, either] = [0, 0];
        for (let i = 0; i < pixels; i++) {
          const p = sigmoid(z[(b * pixels + i) * classes + c]!);
          const y = classOf(b * pixels + i) === c ? 1 : 0;
          both += p * y;
          either += p + y;
        }
        dice += (2 * both + 1) / (either + 1) / (batch * classes);
      }
    }
    for (let i = 0; i < batch * pixels; i++) {
      const own = [0, 1, 2].map((c) => {
        const one = z[i * classes + c]!;
        return asLogits ? sigmoid(one) : one;
      });
      const sum = own.reduce((total, one) => total + Math.exp(one), 0);
      entropy += (Math.log(sum) - own[classOf(i)]!) / (batch * pixels);
    }
    const labels = tf.oneHot(
      tf.tensor1d(
        Array.from({ length: batch * pixels }, (_, i) => classOf(i)),
        'int32',
      ),
      classes,
    );
    const shape: [number, number, number, number] = [batch, 3, 4, classes];
    const received = loss.value(
      tf.reshape(tf.cast(labels, 'float32'), shape) as tf.Tensor4D,
      tf.tensor4d(z, shape),
      {},
    );
    expect(await received.data()).toBeAllclose([1 - dice + entropy], { rtol: 1e-5 });
  });
}, ['wasm', 'ort']);
