import { relu } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { sameAsCpu } from './against-cpu.ts';

const corners = () => tf.tensor1d([-7, -1e-30, 0, 1e-30, 3, 6, 6.5, 1e30]);

for (const limit of [null, 6]) {
  sameAsCpu(`the gradient of ReLU on both sides of its corners, limit ${limit}`, () =>
    tf.grad((x) => tf.sum(tf.mul(relu(x, limit), tf.range(1, 9))))(corners()),
  );
}
