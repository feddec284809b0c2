import { BatchNormalization, type LayerOperations } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, type Shape } from '@tensorflow/tfjs-layers';
import { channelsOf, type LayerArgs, scaleChannels, single, valuesOf } from './squeeze.ts';

/** Options of {@link SRM}. */
export interface SRMArgs extends LayerArgs {
  /** Added to the variances; positive. @default 1e-5 */
  epsilon?: number;
  /** Share of the new statistics in the running ones (PyTorch's convention). @default 0.1 */
  momentum?: number;
}

/**
 * Style-based recalibration: weighs each channel of an image by its mean and deviation.
 *
 * z = c₁ · mean of x + c₂ · deviation of x over height and width (unbiased variance + ε);
 * y = x · σ(BN(z)), where BN normalises over the batch in training and by the running statistics
 * otherwise, as PyTorch does. c starts at zero.
 *
 * - Input and output: `[batch, height, width, channels]`, at least two pixels.
 * - Weights: `gamma`, `beta`, `movingMean`, `movingVariance` of the normalisation, each `[channels]`,
 *   and `cfc` (c) `[channels, 2]`. With `trainable: false` it is frozen, running statistics included.
 *
 * Source: Lee et al., ICCV 2019.
 *
 * @throws RangeError for an impossible option, an input that has not four axes or no channel count,
 * or in training a batch of one, whose variance is undefined
 */
export class SRM extends BatchNormalization {
  static override readonly className: string = 'StsSRM';
  #cfc!: LayerVariable;

  constructor({ epsilon = 1e-5, momentum = 0.1, ...layerArgs }: SRMArgs = {}) {
    super({ ...layerArgs, epsilon, momentum });
    if (!(epsilon > 0)) {
      throw new RangeError(`\`srm\`: \`epsilon\` must be positive, got ${epsilon}.`);
    }
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = channelsOf('srm', inputShape);
    super.build([null, channels]);
    this.#cfc = this.addWeight('cfc', [channels, 2], 'float32', initializers.zeros());
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      const [, height, width] = x.shape;
      const mean = tf.mean(x, [1, 2], true);
      const squares = tf.sum(tf.square(tf.sub(x, mean)), [1, 2]);
      // Counted by the graph, so that an exported file may leave height and width open.
      const count = tf.sum(tf.fill([height!, width!], 1));
      const variance = tf.div(squares, tf.sub(count, 1));
      const deviation = tf.sqrt(tf.add(variance, this.epsilon));
      const style = tf.stack([tf.squeeze(mean, [1, 2]), deviation], -1);
      const z = tf.sum(tf.mul(style, this.#cfc.read()), -1);
      return scaleChannels(x, tf.sigmoid(super.call(z, kwargs)));
    });
  }

  override operations(input: readonly number[]): LayerOperations {
    return { multiplyAdds: 2 * input[2]!, other: valuesOf(input) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { center: _, scale: __, ...config } = super.getConfig();
    return config;
  }
}

/** Makes an {@link SRM} layer. */
export function srm(args?: SRMArgs): SRM {
  return new SRM(args);
}

tf.serialization.registerClass(SRM);
