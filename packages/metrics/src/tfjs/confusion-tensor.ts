import * as tf from '@tensorflow/tfjs-core';
import { checkOptions } from '../check-options.ts';

export interface ConfusionTensorOptions {
  /**
   * Number of classes with the background; needed only where the prediction is a class map.
   * @default the channels of the prediction, 2 for one channel and for a class map
   */
  readonly classes?: number;
  /** Truth label of pixels to leave out, e.g. 255; only for a truth of labels. @default none */
  readonly ignoreIndex?: number;
  /** Above it, a prediction of one channel is foreground: 0 for logits, 0.5 for probabilities. @default 0 */
  readonly threshold?: number;
  /** Whether each image of the batch, the first axis, is counted by itself. @default false */
  readonly perImage?: boolean;
}

/** Of counts and scores on the device, which often get one object of options together. */
export const tensorOptionNames =
  'classes ignoreIndex threshold perImage average background empty beta label name';

/**
 * Counts on the device, for each class, where prediction and truth agree and differ. Nothing is read
 * back, so batches can be counted and added up (`tf.add`) without waiting for them.
 *
 * Labels cannot be checked without reading them: where one is no class, or a logit is `NaN`, every
 * count of the image is `NaN`. Counts are float32, exact up to 2²⁴ pixels.
 *
 * @param prediction logits, probabilities or one-hot `[…, classes]` (the highest wins, the first of
 *   equals), one channel `[…, 1]`, or, of dtype int32 or bool, class labels `[…]`
 * @param truth one-hot `[…, classes]`, or labels `[…]` or `[…, 1]` of any dtype
 * @returns `[classes, 4]`, or `[batch, classes, 4]` for each image: tp, fp, fn, tn
 * @throws RangeError where the shapes or an option do not fit
 */
export function confusionTensor(
  prediction: tf.Tensor,
  truth: tf.Tensor,
  options: ConfusionTensorOptions = {},
): tf.Tensor {
  checkOptions('confusionTensor', options, tensorOptionNames);
  const { ignoreIndex, threshold = 0, perImage = false } = options;
  const isLabels = prediction.dtype !== 'float32';
  const channels = isLabels ? undefined : (prediction.shape.at(-1) ?? 0);
  const { classes = channels === undefined || channels === 1 ? 2 : channels } = options;
  if (!Number.isInteger(classes) || classes < 2 || ![undefined, 1, classes].includes(channels)) {
    throw new RangeError(
      `\`confusionTensor\`: prediction must have a channel for each of at least 2 classes, or one channel, or be labels of dtype int32, got [${prediction.shape}] and ${classes} classes`,
    );
  }
  const pixels = isLabels ? prediction.shape : prediction.shape.slice(0, -1);
  const shapeOfTruth = truth.shape.join();
  const isOneHot = shapeOfTruth === [...pixels, classes].join();
  if (!isOneHot && shapeOfTruth !== pixels.join() && shapeOfTruth !== [...pixels, 1].join()) {
    throw new RangeError(
      `\`confusionTensor\`: truth must be labels [${pixels}] or one-hot [${[...pixels, classes]}] for a prediction of [${prediction.shape}], got [${truth.shape}]`,
    );
  }
  if (isOneHot && ignoreIndex !== undefined) {
    throw new RangeError(
      '`confusionTensor`: `ignoreIndex` is a label, but the truth is one-hot; pass the truth as labels',
    );
  }
  if (perImage && pixels.length < 2) {
    throw new RangeError(
      `\`confusionTensor\`: counts per image need a batch of images, got pixels [${pixels}]`,
    );
  }
  return tf.tidy(() => {
    const shape = [perImage ? pixels[0]! : 1, -1, 1];
    const guesses = isLabels ? prediction : labelsOf(prediction, threshold);
    const labels = isOneHot ? tf.argMax(truth, -1) : truth;
    const names = tf.range(0, classes);
    const kept = ignoreIndex === undefined ? tf.onesLike(labels) : tf.notEqual(labels, ignoreIndex);
    const weights = tf.cast(tf.reshape(kept, shape), 'float32');
    const oneHot = (map: tf.Tensor): tf.Tensor =>
      tf.mul(
        tf.cast(tf.equal(tf.reshape(tf.cast(map, 'float32'), shape), names), 'float32'),
        weights,
      );
    const p = oneHot(guesses);
    const t = oneHot(labels);
    const both = tf.sum(tf.mul(p, t), 1);
    const predicted = tf.sum(p, 1);
    const present = tf.sum(t, 1);
    const total = tf.sum(weights, 1);
    const counts = tf.stack(
      [
        both,
        tf.sub(predicted, both),
        tf.sub(present, both),
        tf.add(tf.sub(tf.sub(total, predicted), present), both),
      ],
      2,
    );
    const sum = (values: tf.Tensor): tf.Tensor => tf.sum(values, 1, true);
    const sound = tf.logicalAnd(tf.equal(sum(predicted), total), tf.equal(sum(present), total));
    const checked = tf.where(tf.expandDims(sound, 2), counts, tf.fill(counts.shape, Number.NaN));
    return perImage ? checked : tf.squeeze(checked, [0]);
  });
}

/** Labels of class scores; `NaN` where one of them is `NaN`. */
function labelsOf(scores: tf.Tensor, threshold: number): tf.Tensor {
  const labels =
    scores.shape.at(-1) === 1
      ? tf.greater(tf.squeeze(scores, [-1]), threshold)
      : tf.argMax(scores, -1);
  const lost = tf.any(tf.isNaN(scores), -1);
  return tf.where(lost, tf.fill(labels.shape, Number.NaN), tf.cast(labels, 'float32'));
}
