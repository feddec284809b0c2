import * as tf from '@tensorflow/tfjs-core';
import { sumPixels } from '../../tensors/sums.ts';
import { checkedWeights } from '../contract/class-weights.ts';
import type { ClassWeightOptions, LossSpec } from '../contract/loss.ts';
import {
  differentiable,
  type Prediction,
  type Terms,
  throughSoftmax,
} from '../contract/prediction.ts';

export interface LovaszOptions extends ClassWeightOptions {
  /** Ranks all pixels of the batch together; else each sample's, and the mean of the samples. @default true */
  readonly batch?: boolean | undefined;
  /** Whether class 0 takes part in the mean over the classes, as published. @default true */
  readonly background?: boolean | undefined;
}

/**
 * Lovász-softmax loss: the convex surrogate of 1 − IoU, its weighted mean over the classes that the
 * truth has (Berman et al., CVPR 2018). 0 where it has none. Each class's pixels are sorted by their
 * error, which makes this the slowest of the losses.
 */
export const lovaszSoftmax: LossSpec<LovaszOptions> = {
  create: (options = {}) => differentiable((prediction) => lovaszTerms(prediction, options)),
};

function lovaszTerms(prediction: Prediction, options: LovaszOptions): Terms {
  const { batch = true, background = true, classWeights } = options;
  const { labels, probabilities: p } = prediction;
  const classes = labels.shape[3];
  const over = batch ? 'batch' : 'sample';
  const weights = checkedWeights('lovasz-softmax', classWeights, classes).map((weight, c) =>
    c === 0 && !background ? 0 : weight,
  );
  // Shares of the classes that are there, `[groups, 1, 1, classes]`.
  const present = tf.cast(tf.greater(sumPixels(labels, over), 0), 'float32');
  const counting = tf.mul(present, tf.tensor1d(weights));
  const shares = tf.divNoNan(counting, tf.sum(counting, 3, true));
  const each = weights.map((weight, c) => (weight > 0 ? ofClass(prediction, c, over) : undefined));
  const nothing = tf.zerosLike(prediction.counted);
  const slopes = tf.concat(
    each.map((one) => one?.byProbability ?? nothing),
    3,
  );
  const none = tf.zeros([shares.shape[0]!, 1, 1, 1]);
  const values = tf.concat(
    each.map((one) => one?.value ?? none),
    3,
  );
  const groups = shares.shape[0]!;
  const byProbability = tf.mul(slopes, tf.div(shares, groups)) as tf.Tensor4D;
  return {
    value: tf.div(tf.sum(tf.mul(values, shares)), groups) as tf.Scalar,
    gradient: throughSoftmax(byProbability, p),
  };
}

interface ClassTerms {
  /** `[groups, 1, 1, 1]`. */
  readonly value: tf.Tensor4D;
  /** `[batch, height, width, 1]`. */
  readonly byProbability: tf.Tensor4D;
}

function ofClass(
  { labels, probabilities, counted }: Prediction,
  c: number,
  over: 'batch' | 'sample',
): ClassTerms {
  const [batch, height, width] = labels.shape;
  const size = [batch, height, width, 1] as const;
  const cut = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, c], [...size]);
  const y = cut(labels);
  const p = cut(probabilities);
  const errors = tf.mul(tf.abs(tf.sub(y, p)), counted);
  const groups = over === 'batch' ? 1 : batch;
  const pixels = (batch / groups) * height * width;
  // What does not count comes last, behind all errors of 0.
  const keys = tf.reshape(tf.sub(errors, tf.sub(1, counted)), [groups, pixels]);
  const order = tf.topk(keys, pixels).indices;
  const first = tf.mul(tf.range(0, groups, 1, 'int32'), tf.scalar(pixels, 'int32'));
  const places = tf.reshape(tf.add(order, tf.reshape(first, [groups, 1])), [-1]);
  const truth = tf.reshape(tf.gather(tf.reshape(y, [-1]), places), [groups, pixels]);
  const all = tf.sum(tf.sum(tf.reshape(y, [groups, -1, width]), 2), 1, true);
  // What IoU loses with each further pixel, as differences that do not cancel: with I pixels of the
  // class left and U in the union, 1/U for one of the class, else I/(U·(U − 1)).
  const passed = tf.cumsum(truth, 1);
  const left = tf.sub(all, passed);
  const union = tf.add(left, tf.range(1, pixels + 1));
  const outside = tf.div(left, tf.mul(union, tf.maximum(tf.sub(union, 1), 1)));
  const loss = tf.where(tf.greater(truth, 0), tf.div(1, union), outside);
  const back = tf.scatterND(tf.reshape(places, [-1, 1]), tf.reshape(loss, [-1]), [groups * pixels]);
  const slope = tf.mul(tf.reshape(back, [...size]), counted);
  return {
    value: sumPixels(tf.mul(slope, errors), over),
    byProbability: tf.mul(slope, tf.sub(1, tf.mul(y, 2))),
  };
}
