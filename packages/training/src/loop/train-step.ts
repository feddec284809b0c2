import { trainableWeights } from '@sts-net/model';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { WeightAverage } from '../averages/weight-average.ts';
import { type Loss, mapped } from '../losses/contract/loss.ts';
import type { Optimizer } from '../optimizers/optimizer.ts';
import { type Batch, partOf } from '../samples/batch.ts';
import { sumAll } from '../tensors/sums.ts';
import { outputLoss } from './output-loss.ts';

/** What steps are made with. */
export interface StepOptions {
  readonly model: LayersModel;
  readonly loss: Loss;
  /** Moves the model's trainable weights. */
  readonly optimizer: Optimizer;
  /**
   * How many parts a batch is cut into: they go through the network one after the other, and the mean
   * of their gradients moves the weights. The batch's samples are a multiple. @default 1
   */
  readonly parts?: number | undefined;
  /**
   * Of a model of several outputs, what the loss of each counts, the prediction first.
   * @default 1, ½, ¼, … divided by their sum
   */
  readonly outputWeights?: readonly number[] | undefined;
  /** Gradients of a larger norm, over all weights together, are scaled down to it. @default none */
  readonly clipNorm?: number | undefined;
  /** Follows the weights after each step. @default none */
  readonly average?: WeightAverage | undefined;
}

/**
 * One step: forward in training mode, loss, gradients, weights moved.
 *
 * In parts it is the step that the whole batch would make where the batch's loss is the mean of its
 * samples' losses, up to batch normalisation, whose statistics are each part's own. That is so for
 * losses that are means over samples or pixels and weigh no classes, if no pixel is ignored; not for
 * sums over all pixels of a batch (`batch: true`), for ranks, and for means that divide by weights.
 *
 * @returns the loss before the step, the mean over the parts
 */
export async function trainStep(
  options: StepOptions,
  batch: Batch,
  learningRate: number,
): Promise<number> {
  const { model, optimizer, clipNorm, average, parts = 1 } = options;
  const variables = trainableWeights(model).map(({ variable }) => variable);
  let sums: tf.NamedTensorMap = {};
  let total = 0;
  for (let part = 0; part < parts; part++) {
    const loss = tf.tidy(() => {
      const { value, grads } = gradientsOf(options, variables, partOf(batch, part, parts));
      const before = sums;
      sums = part === 0 ? grads : each(grads, (gradient, name) => tf.add(before[name]!, gradient));
      if (part === parts - 1) {
        const mean = parts === 1 ? sums : each(sums, (sum) => tf.div(sum, parts));
        optimizer.apply(clipNorm === undefined ? mean : clipped(mean, clipNorm), learningRate);
        average?.update();
        sums = {};
      }
      each(sums, (sum) => tf.keep(sum));
      tf.dispose(before);
      return value;
    });
    // Read part by part, so that engines that record do not hold on to all of them.
    const [value = Number.NaN] = await loss.data();
    loss.dispose();
    total += value / parts;
    if (!Number.isFinite(value)) break;
  }
  tf.dispose(sums);
  return total;
}

function gradientsOf(
  { model, loss, outputWeights }: StepOptions,
  variables: tf.Variable[],
  batch: Batch,
): { value: tf.Scalar; grads: tf.NamedTensorMap } {
  const { maps, value } = mapped(loss);
  const { count, height, width, channels, classes } = batch;
  const images = tf.tensor4d(batch.images, [count, height, width, channels]);
  const labels = tf.tensor4d(batch.labels, [count, height, width, classes]);
  const tensors = Object.entries(maps(batch)).map(([name, { data, shape }]) => {
    const dtype = data instanceof Int32Array ? 'int32' : 'float32';
    return [name, tf.tensor(data, [...shape], dtype)] as const;
  });
  const ofLogits = (logits: tf.Tensor4D, output: number) =>
    value(labels, logits, Object.fromEntries(tensors), output);
  return tf.variableGrads(() => {
    const outputs = model.apply(images, { training: true }) as tf.Tensor4D | tf.Tensor4D[];
    return outputLoss(ofLogits, outputs, outputWeights);
  }, variables);
}

/**
 * Scaled down together to a norm, as PyTorch's `clip_grad_norm_` does:
 * `g·min(1, norm / (‖g‖ + 1e-6))`.
 */
function clipped(gradients: tf.NamedTensorMap, norm: number): tf.NamedTensorMap {
  const squares = Object.values(gradients).map((gradient) => sumAll(tf.square(gradient)));
  const whole = tf.sqrt(tf.addN(squares));
  const factor = tf.minimum(tf.div(norm, tf.add(whole, 1e-6)), 1);
  return each(gradients, (gradient) => tf.mul(gradient, factor));
}

function each(
  tensors: tf.NamedTensorMap,
  change: (tensor: tf.Tensor, name: string) => tf.Tensor,
): tf.NamedTensorMap {
  const entries = Object.entries(tensors).map(([name, tensor]) => [name, change(tensor, name)]);
  return Object.fromEntries(entries);
}

/**
 * Sets the step that what layers draw in training follows from, such as the masks of dropout, so that
 * a resumed run repeats it: the `trainingStep` of every layer that has one.
 */
export function setTrainingStep(model: LayersModel, step: number): void {
  for (const layer of model.layers as readonly { trainingStep?: number }[]) {
    if (layer.trainingStep !== undefined) layer.trainingStep = step;
  }
}
