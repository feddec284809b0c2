import { batchNormTraining, conv2d, relu, resizeBilinear } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { positive, random } from './against-cpu.ts';

const settings = { beta1: 0.9, beta2: 0.999, epsilon: 1e-8, weightDecay: 0.01 };

/** A weight and its moments after a step. */
type Updated = [fresh: tf.Tensor, m: tf.Tensor, v: tf.Tensor];

/** A residual network of four convolutions with everything a training step consists of. */
export class SmallNetwork {
  readonly weights: tf.Variable[];
  readonly #moments: { m: tf.Tensor; v: tf.Tensor }[];
  #step = 0;

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
    this.#moments = this.weights.map((weight) => ({
      m: tf.zerosLike(weight),
      v: tf.zerosLike(weight),
    }));
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
    this.#step++;
    const { value, grads } = tf.variableGrads(() =>
      tf.losses.softmaxCrossEntropy(y, this.forward(x)),
    );
    const gradients = this.weights.map((weight) => grads[weight.name]!);
    const updated = tf.tidy(() =>
      tf.getKernel('StsUpdatePart', tf.getBackend()) === undefined
        ? this.weights.map((_, i) => this.#update(i, gradients[i]!, learningRate))
        : this.#updateTogether(gradients, learningRate),
    );
    updated.forEach(([fresh, m, v], i) => {
      this.weights[i]!.assign(fresh);
      tf.dispose([fresh, this.#moments[i]!.m, this.#moments[i]!.v]);
      this.#moments[i] = { m, v };
    });
    tf.dispose(grads);
    return value;
  }

  /** As `training` calls the kernel of `tfjs-backend-ort`. */
  #updateTogether(gradients: readonly tf.Tensor[], learningRate: number): Updated[] {
    const { beta1, beta2, epsilon, weightDecay } = settings;
    const root = Math.sqrt(1 - beta2 ** this.#step);
    const rate = (learningRate * root) / (1 - beta1 ** this.#step);
    const numbers = [1 - learningRate * weightDecay, rate, epsilon * root];
    const operands = [
      ...numbers.map((number) => tf.scalar(number)),
      ...this.weights,
      ...gradients,
      ...this.#moments.map(({ m }) => m),
      ...this.#moments.map(({ v }) => v),
    ];
    const count = this.weights.length;
    const attributes = { rule: 'adamw', numbers: numbers.length, weights: count, beta1, beta2 };
    const results = tf
      .engine()
      .runKernel(
        'StsUpdatePart',
        operands as unknown as tf.NamedTensorMap,
        attributes,
      ) as unknown as tf.Tensor[];
    return this.weights.map((_, i) => [results[i]!, results[count + i]!, results[2 * count + i]!]);
  }

  #update(i: number, gradient: tf.Tensor, learningRate: number): Updated {
    const { beta1, beta2, epsilon, weightDecay } = settings;
    const [value, { m, v }] = [this.weights[i]!, this.#moments[i]!];
    const newM = tf.add(tf.mul(m, beta1), tf.mul(gradient, 1 - beta1));
    const newV = tf.add(tf.mul(v, beta2), tf.mul(tf.square(gradient), 1 - beta2));
    const mean = tf.div(newM, 1 - beta1 ** this.#step);
    const deviation = tf.sqrt(tf.div(newV, 1 - beta2 ** this.#step));
    const decayed = tf.mul(value, 1 - learningRate * weightDecay);
    const step = tf.mul(tf.div(mean, tf.add(deviation, epsilon)), learningRate);
    return [tf.sub(decayed, step), newM, newV];
  }

  dispose(): void {
    tf.dispose([this.weights, this.#moments] as unknown as tf.TensorContainer);
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
