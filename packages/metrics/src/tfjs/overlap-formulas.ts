import * as tf from '@tensorflow/tfjs-core';
import type { EmptyPolicy, Extremes } from '../empty.ts';

/** The scores that can be taken on the device; each means what the function of its name does. */
export type OverlapName =
  | 'dice'
  | 'iou'
  | 'precision'
  | 'recall'
  | 'specificity'
  | 'fBeta'
  | 'volumetricSimilarity'
  | 'relativeVolumeError'
  | 'accuracy'
  | 'mcc';

/** Counts of several classes, each `[classes]`. */
export interface Columns {
  readonly tp: tf.Tensor;
  readonly fp: tf.Tensor;
  readonly fn: tf.Tensor;
  readonly tn: tf.Tensor;
}

/** A score as a formula over counts. */
export interface OverlapFormula {
  /** Numerator and denominator; undefined where the denominator is 0. */
  readonly ratio: (counts: Columns, beta: number) => readonly [tf.Tensor, tf.Tensor];
  /** Whether all classes make one score, background included. */
  readonly whole?: boolean;
  readonly empty?: EmptyPolicy;
  /** @default `share` */
  readonly ends?: Extremes;
}

const twice = (x: tf.Tensor): tf.Tensor => tf.mul(x, 2);
const sizes = ({ tp, fp, fn }: Columns): tf.Tensor => tf.add(twice(tp), tf.add(fp, fn));

/** The formulas of `@sts-net/metrics` in tensors. */
export const overlapFormulas: Readonly<Record<OverlapName, OverlapFormula>> = {
  dice: { ratio: (counts) => [twice(counts.tp), sizes(counts)] },
  iou: { ratio: ({ tp, fp, fn }) => [tp, tf.add(tp, tf.add(fp, fn))] },
  precision: { ratio: ({ tp, fp }) => [tp, tf.add(tp, fp)] },
  recall: { ratio: ({ tp, fn }) => [tp, tf.add(tp, fn)] },
  specificity: { ratio: ({ tn, fp }) => [tn, tf.add(tn, fp)] },
  fBeta: {
    ratio: ({ tp, fp, fn }, beta) => {
      const hits = tf.mul(tp, 1 + beta * beta);
      return [hits, tf.add(hits, tf.add(tf.mul(fn, beta * beta), fp))];
    },
  },
  volumetricSimilarity: {
    ratio: (counts) => [twice(tf.add(counts.tp, tf.minimum(counts.fp, counts.fn))), sizes(counts)],
  },
  relativeVolumeError: {
    ratio: ({ tp, fp, fn }) => [tf.sub(fp, fn), tf.add(tp, fn)],
    ends: { best: 0, worst: Number.POSITIVE_INFINITY },
  },
  accuracy: {
    whole: true,
    ratio: ({ tp, fn }) => [tf.sum(tp), tf.sum(tf.add(tp, fn))],
  },
  mcc: {
    whole: true,
    empty: { both: 'best', one: 'zero' },
    ends: { best: 1, worst: -1 },
    // Sums of what `mcc` takes as differences of squares, which float32 would round away.
    ratio: ({ tp, fp, fn, tn }) => {
      const spread = (one: tf.Tensor, rest: tf.Tensor): tf.Tensor =>
        tf.sqrt(tf.sum(tf.mul(one, rest)));
      return [
        tf.sum(tf.sub(tf.mul(tp, tn), tf.mul(fp, fn))),
        tf.mul(spread(tf.add(tp, fp), tf.add(fn, tn)), spread(tf.add(tp, fn), tf.add(fp, tn))),
      ];
    },
  },
};
