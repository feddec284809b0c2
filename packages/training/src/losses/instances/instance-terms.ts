import * as tf from '@tensorflow/tfjs-core';
import { withBackground } from '../../tensors/channels.ts';
import { type Prediction, type Terms, throughSoftmax } from '../contract/prediction.ts';
import { groupSums } from './group-sums.ts';
import type { InstanceOptions } from './instances.ts';

/** `instanceMaps` as tensors. */
type Maps = Readonly<Record<string, tf.Tensor>>;

/**
 * The weighted mean over the instances of `1 − (2·Σ p·y + s) / (Σ p + Σ y + s)`, for each on its
 * class's probability p where it looks.
 */
export function instanceDice(
  prediction: Prediction,
  maps: Maps,
  { kind, smoothing }: Pick<InstanceOptions, 'kind'> & { readonly smoothing: number },
): Terms {
  const [batch, height, width, classes] = prediction.labels.shape;
  const foreground = [batch, height, width, classes - 1] as const;
  const cut = (x: tf.Tensor4D) => tf.slice(x, [0, 0, 0, 1], [...foreground]);
  const [y, p] = [cut(prediction.labels), cut(prediction.probabilities)];
  const { places, sizes, weights } = maps as Record<'places' | 'sizes' | 'weights', tf.Tensor>;
  const column = (x: tf.Tensor) => tf.reshape(x, [-1, 1]);
  const sums = groupSums(
    tf.concat([column(p), column(tf.mul(p, y))], 1) as tf.Tensor2D,
    planOf(maps),
  );
  const [around, both] = tf
    .split(sums, 2, 1)
    .map((x) => tf.reshape(x, sizes.shape as [number, number])) as [tf.Tensor2D, tf.Tensor2D];
  const outside = tf.sub(prediction.counted, y);
  const predicted = kind === 'blobs' ? tf.add(around, ofLines(tf.mul(outside, p))) : around;
  const denominator = tf.add(tf.add(predicted, sizes), smoothing);
  const overlap = tf.div(tf.add(tf.mul(both, 2), smoothing), denominator);
  // d(1 − T)/dp = (T − 2·y) / denominator, where the instance looks.
  const factor = tf.div(weights, denominator);
  const byAll = tf.mul(factor, overlap);
  const ofPixel = (table: tf.Tensor) =>
    tf.gather(tf.concat([tf.reshape(table, [-1]), tf.zeros([1])]), places as tf.Tensor4D);
  const own = tf.sub(ofPixel(byAll), tf.mul(tf.mul(ofPixel(factor), 2), y));
  const byProbability =
    kind === 'blobs'
      ? tf.add(own, tf.mul(outside, tf.reshape(tf.sum(byAll, 1), [batch, 1, 1, classes - 1])))
      : own;
  return {
    value: tf.sum(tf.sum(tf.mul(weights, tf.sub(1, overlap)), 1)) as tf.Scalar,
    gradient: throughSoftmax(withBackground(byProbability), prediction.probabilities),
  };
}

/** The sums over each sample's pixels, `[batch · channels, 1]`. */
function ofLines(x: tf.Tensor4D): tf.Tensor2D {
  return tf.reshape(tf.sum(tf.sum(x, 2), 1), [-1, 1]);
}

function planOf(maps: Maps): readonly tf.Tensor2D[] {
  const levels: tf.Tensor2D[] = [];
  while (maps[`plan${levels.length}`] !== undefined) {
    levels.push(maps[`plan${levels.length}`] as tf.Tensor2D);
  }
  return levels;
}
