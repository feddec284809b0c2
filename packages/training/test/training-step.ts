import { torchParameters } from '@sts-net/model';
import { signedNchw, uniform } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { createOptimizer } from '../src/index.ts';

const batch = 2;

/**
 * Loss and gradients, by PyTorch key, of the golden recipe's batch: image `input{step}`, label 1
 * where `label{step}` < 0.2, mean cross-entropy over two logits. The caller disposes them.
 */
export function lossAndGradients(
  model: LayersModel,
  {
    step = '',
    training = true,
    size = 64,
  }: { step?: number | ''; training?: boolean; size?: number } = {},
): { loss: tf.Scalar; gradients: Map<string, tf.Tensor> } {
  const weights = torchParameters(model).filter(({ weight }) => weight.trainable);
  const variables = weights.map(({ weight }) => weight.read() as tf.Variable);
  const image = signedNchw(`input${step}`, [batch, 3, size, size]);
  const draws = uniform(`label${step}`, batch * size * size);
  const { value, grads } = tf.variableGrads(() => {
    const label = tf.tensor1d(
      Int32Array.from(draws, (u) => (u < 0.2 ? 1 : 0)),
      'int32',
    );
    const logits = tf.reshape(model.apply(image, { training }) as tf.Tensor, [-1, 2]);
    const truth = tf.oneHot(label, 2);
    return tf.neg(tf.mean(tf.sum(tf.mul(truth, tf.logSoftmax(logits)), -1)));
  }, variables);
  image.dispose();
  const gradients = new Map(weights.map(({ key }, i) => [key, grads[variables[i]!.name]!]));
  return { loss: value, gradients };
}

/** L2 norm, first and middle element of a weight-shaped tensor in PyTorch's order, and its size. */
export async function torchSample(tensor: tf.Tensor): Promise<{
  norm: number;
  first: number;
  middle: number;
  size: number;
}> {
  const ordered = tf.tidy(() =>
    tensor.rank === 4
      ? tf.transpose(tensor, [3, 2, 0, 1])
      : tensor.rank === 2
        ? tf.transpose(tensor)
        : tf.clone(tensor),
  );
  const values = await ordered.data<'float32'>();
  ordered.dispose();
  return {
    norm: Math.sqrt(values.reduce((sum, v) => sum + v * v, 0)),
    first: values[0]!,
    middle: values[Math.floor(values.length / 2)]!,
    size: values.length,
  };
}

/** Trains with AdamW (weight decay 0.01) on the batches 0, 1, …, one for each rate; the losses. */
export async function trainSteps(model: LayersModel, rates: readonly number[]): Promise<number[]> {
  const parameters = torchParameters(model).filter(({ weight }) => weight.trainable);
  const named = parameters.map(({ key, weight }) => ({
    name: key,
    variable: weight.read() as tf.Variable,
  }));
  const optimizer = createOptimizer(
    { name: 'adamw', betas: [0.9, 0.999], epsilon: 1e-8, weightDecay: 0.01 },
    named,
  );
  const losses: number[] = [];
  for (const [step, rate] of rates.entries()) {
    const { loss, gradients } = lossAndGradients(model, { step });
    const byVariable = named.map(({ name, variable }) => [variable.name, gradients.get(name)!]);
    optimizer.apply(Object.fromEntries(byVariable), rate);
    losses.push((await loss.data())[0]!);
    tf.dispose([loss, ...gradients.values()]);
  }
  optimizer.dispose();
  return losses;
}
