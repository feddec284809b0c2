import { batchNormTraining, conv2d, relu, resizeBilinear } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { Adam } from '../../training/src/optimizers/adam.ts';
import { positive, random } from './against-cpu.ts';

const settings = { betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 } as const;

/** A residual network of four convolutions with everything a training step consists of. */
export class SmallNetwork {
  readonly weights: tf.Variable[];
  readonly #optimizer: Adam;

  constructor() {
    const shapes = [
      [3, 3, 3, 8],
      [1, 1, 8, 8],
      [3, 3, 2, 8],
      [3, 3, 8, 2],
    ];
    this.weights = tf.tidy(() => [
      ...shapes.map((shape, i) => tf.variable(tf.mul(random(shape, i + 1), 0.3))),
      ...[0, 1, 2].map((i) => tf.variable(positive([8], i + 10))),
      ...[0, 1, 2].map((i) => tf.variable(random([8], i + 20))),
    ]);
    const trained = this.weights.map((variable) => ({ name: variable.name, variable }));
    this.#optimizer = new Adam(trained, settings, 'decoupled');
  }

  forward(x: tf.Tensor4D): tf.Tensor4D {
    const [w0, w1, w2, w3, g0, g1, g2, b0, b1, b2] = this.weights as unknown as [
      ...[tf.Tensor4D, tf.Tensor4D, tf.Tensor4D, tf.Tensor4D],
      ...[tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D, tf.Tensor1D],
    ];
    const normalized = (y: tf.Tensor4D, gamma: tf.Tensor1D, beta: tf.Tensor1D) =>
      batchNormTraining(y, gamma, beta, 1e-5).y as tf.Tensor4D;
    const stem = relu(normalized(conv2d(x, w0, { strides: 2, padding: [1, 1, 1, 1] }), g0, b0));
    const pooled = tf.maxPool(stem, 3, 1, 'same');
    const narrow = relu(normalized(conv2d(pooled, w1), g1, b1), 6);
    const grouped = conv2d(narrow, w2, { groups: 4, dilations: 2, padding: [2, 2, 2, 2] });
    const sum = relu(tf.add(normalized(grouped, g2, b2), pooled));
    const logits = conv2d(sum as tf.Tensor4D, w3, { padding: [1, 1, 1, 1] });
    return resizeBilinear(logits, [x.shape[1], x.shape[2]], { alignCorners: true });
  }

  /** One step of AdamW; the loss, not yet computed. */
  train(x: tf.Tensor4D, y: tf.Tensor4D, learningRate = 0.01): tf.Scalar {
    const { value, grads } = tf.variableGrads(() =>
      tf.losses.softmaxCrossEntropy(y, this.forward(x)),
    );
    this.#optimizer.apply(grads, learningRate);
    tf.dispose(grads);
    return value;
  }

  dispose(): void {
    this.#optimizer.dispose();
    tf.dispose(this.weights);
  }
}

/** Images `[2, 12, 10, 3]` and one-hot masks of two classes. */
export function batch(seed: number): { x: tf.Tensor4D; y: tf.Tensor4D } {
  return tf.tidy(() => {
    const x = random([2, 12, 10, 3], seed) as tf.Tensor4D;
    const inside = tf.cast(tf.greater(tf.sum(x, 3), 0), 'int32');
    return { x, y: tf.cast(tf.oneHot(inside, 2), 'float32') as tf.Tensor4D };
  });
}
