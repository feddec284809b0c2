import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { initializerFrom, serializedInitializer } from './initializer-config.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, singleShape } from './shapes.ts';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

export interface InstanceNormalizationArgs extends LayerArgs {
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
  /** @default ones */
  readonly gammaInitializer?: Initializer;
}

/**
 * Instance normalisation as PyTorch has it, with factors and offsets and without running statistics: each channel of
 * each image is normalised over height and width, in training and in prediction alike. Input and output
 * `[batch, height, width, channels]`. Weights: `gamma`, `beta`, each `[channels]`.
 *
 * Reference: Ulyanov et al., arXiv 1607.08022.
 */
export class InstanceNormalization extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsInstanceNormalization';
  readonly epsilon: number;
  readonly gammaInitializer: Initializer;
  #gamma!: tfl.LayerVariable;
  #beta!: tfl.LayerVariable;

  constructor(args: InstanceNormalizationArgs = {}) {
    super(args);
    this.epsilon = args.epsilon ?? 1e-5;
    this.gammaInitializer = initializerFrom(args.gammaInitializer, () => tfl.initializers.ones());
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = singleShape(inputShape)[3];
    if (channels == null) {
      throw new RangeError(
        `\`InstanceNormalization\` ${this.name}: input must be [batch, height, width, channels] with known channels.`,
      );
    }
    this.#gamma = this.addWeight('gamma', [channels], 'float32', this.gammaInitializer);
    this.#beta = this.addWeight('beta', [channels], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const centred = tf.sub(x, mean(x)) as tf.Tensor4D;
      const variance = mean(tf.square(centred) as tf.Tensor4D);
      const scale = tf.mul(tf.rsqrt(tf.add(variance, this.epsilon)), this.#gamma.read());
      return tf.add(tf.mul(centred, scale), this.#beta.read());
    });
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 5 * product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      epsilon: this.epsilon,
      gammaInitializer: serializedInitializer(this.gammaInitializer),
    };
  }
}
tf.serialization.registerClass(InstanceNormalization);

/** Over rows of columns' means: engines that add up a whole map one by one are off by a thousandth. */
function mean(x: tf.Tensor4D): tf.Tensor4D {
  return tf.mean(tf.mean(x, 2, true), 1, true) as tf.Tensor4D;
}
