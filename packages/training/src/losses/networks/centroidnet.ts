import { connectedComponents } from '@sts-net/metrics';
import { encodeCentroids } from '@sts-net/metrics/centroids';
import * as tf from '@tensorflow/tfjs-core';
import { sumAll } from '../../tensors/sums.ts';
import { classMask } from '../contract/class-mask.ts';
import type { ClassWeightOptions, LossSpec, Truth } from '../contract/loss.ts';
import { differentiable } from '../contract/prediction.ts';
import { requireNumbers } from '../contract/require-numbers.ts';
import { crossEntropyTerms } from '../pixels/cross-entropy.ts';

export interface CentroidNetOptions extends ClassWeightOptions {
  /** Pixels farther than this from the border of their object have no vectors; above 0, pixels. @default 40 */
  readonly maxDistance?: number | undefined;
  /** Pixels that belong to one object: 4 share an edge, 8 a corner too. @default 8 */
  readonly connectivity?: 4 | 8 | undefined;
}

/** Channels of the vectors: to the centroid and to the border, rows and columns each. */
const channels = 4;
/** A root has no slope at 0. */
const tiny = 1e-12;

/**
 * The loss of CentroidNetV2's outputs: of the logits, cross-entropy; of the vectors, the mean over the pixels that count of
 * how far the vector to the centroid is off, plus the same of the vector to the border. Objects are the connected
 * components of each class; their vectors are those of `encodeCentroids`, which are divided by `maxDistance`. The
 * authors add the three up, which is with weights of 1 for both outputs. Of a network without vectors it is the
 * cross-entropy.
 *
 * Source: Dijkstra et al., Neurocomputing 423 (2021) 490–505.
 */
export const centroidNet: LossSpec<CentroidNetOptions> = {
  create({ classWeights, maxDistance = 40, connectivity = 8 } = {}) {
    requireNumbers('centroidnet', 'above 0', { maxDistance });
    const ofLogits = differentiable((one) => crossEntropyTerms(one, classWeights, 'centroidnet'));
    return {
      maps: (truth) => ({
        vectors: {
          data: vectorsOf(truth, maxDistance, connectivity),
          shape: [truth.count, truth.height, truth.width, channels],
        },
      }),
      value(labels, output, maps, index = 0) {
        if (index === 0) return ofLogits(labels, output);
        const vectors = maps['vectors'] as tf.Tensor4D;
        if (output.shape.join() !== vectors.shape.join()) {
          throw new RangeError(
            `\`centroidnet\`: the second output must be vectors of the shape [${vectors.shape}], got [${output.shape}]; train the network \`centroidnetv2\` with it, or take another loss`,
          );
        }
        const counted = tf.sum(labels, 3);
        const off = tf.sum(
          tf.reshape(tf.square(tf.sub(vectors, output)), [...vectors.shape.slice(0, 3), 2, 2]),
          -1,
        );
        const lengths = tf.sum(tf.sqrt(tf.maximum(off, tiny)), -1);
        const total = tf.maximum(sumAll(counted), 1);
        return tf.div(sumAll(tf.mul(lengths, counted)), total);
      },
    };
  },
};

/** Of each sample, `[batch, height, width, 4]`. */
function vectorsOf(truth: Truth, maxDistance: number, connectivity: 4 | 8): Float32Array {
  const { count, height, width, classes } = truth;
  const shape = [height, width] as const;
  const vectors = new Float32Array(count * height * width * channels);
  for (let sample = 0; sample < count; sample++) {
    const objects = new Int32Array(height * width);
    let before = 0;
    for (let c = 1; c < classes; c++) {
      const mask = { data: classMask(truth, sample, c), shape };
      const { labels, count: found } = connectedComponents(mask, { connectivity });
      for (let i = 0; i < labels.length; i++) if (labels[i]! > 0) objects[i] = before + labels[i]!;
      before += found;
    }
    vectors.set(
      encodeCentroids(objects, shape, { maxDistance }),
      sample * objects.length * channels,
    );
  }
  return vectors;
}
