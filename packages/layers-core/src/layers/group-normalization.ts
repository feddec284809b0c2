import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, singleShape } from './shapes.ts';

export interface GroupNormalizationArgs extends LayerArgs {
  /** How many groups the channels fall into. */
  readonly groups: number;
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Group normalisation as PyTorch has it: each image's neighbouring channels are normalised together
 * over height and width. Input and output `[batch, height, width, channels]`. Weights: `gamma`,
 * `beta`, each `[channels]`.
 *
 * Reference: Wu & He, *Group Normalization*, ECCV 2018.
 *
 * @throws RangeError where `groups` does not divide the channels.
 */
export class GroupNormalization extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsGroupNormalization';
  readonly groups: number;
  readonly epsilon: number;
  #gamma!: tfl.LayerVariable;
  #beta!: tfl.LayerVariable;

  constructor(args: GroupNormalizationArgs) {
    super(args);
    this.groups = args.groups;
    this.epsilon = args.epsilon ?? 1e-5;
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const channels = singleShape(inputShape)[3];
    if (channels == null || channels % this.groups !== 0) {
      throw new RangeError(
        `\`GroupNormalization\` ${this.name}: groups must divide the ${channels ?? 'unknown'} channels, got ${this.groups}.`,
      );
    }
    this.#gamma = this.addWeight('gamma', [channels], 'float32', tfl.initializers.ones());
    this.#beta = this.addWeight('beta', [channels], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const grouped = tf.reshape(x, [batch, height * width, this.groups, channels / this.groups]);
      const mean = tf.mean(grouped, [1, 3], true);
      const centred = tf.sub(grouped, mean);
      const variance = tf.mean(tf.square(centred), [1, 3], true);
      const normal = tf.mul(centred, tf.rsqrt(tf.add(variance, this.epsilon)));
      return tf.add(tf.mul(tf.reshape(normal, x.shape), this.#gamma.read()), this.#beta.read());
    });
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 5 * product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), groups: this.groups, epsilon: this.epsilon };
  }
}
tf.serialization.registerClass(GroupNormalization);
