import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { layerNorm } from '../ops/layer-norm.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, singleShape } from './shapes.ts';

export interface LayerNormalizationArgs extends LayerArgs {
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
}

/**
 * Layer normalisation as PyTorch has it, of the channels at each position: input and output
 * `[batch, …, channels]`. Weights: `gamma`, `beta`, each `[channels]`.
 *
 * Reference: Ba et al., *Layer Normalization*, arXiv 1607.06450.
 */
export class LayerNormalization extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsLayerNormalization';
  readonly epsilon: number;
  #gamma!: tfl.LayerVariable;
  #beta!: tfl.LayerVariable;

  constructor(args: LayerNormalizationArgs = {}) {
    super(args);
    this.epsilon = args.epsilon ?? 1e-5;
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = singleShape(inputShape);
    const channels = shape.at(-1);
    if (channels == null) {
      throw new RangeError(
        `\`LayerNormalization\` ${this.name}: the last axis must be known, got [${shape}].`,
      );
    }
    this.#gamma = this.addWeight('gamma', [channels], 'float32', tfl.initializers.ones());
    this.#beta = this.addWeight('beta', [channels], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [gamma, beta] = [this.#gamma.read(), this.#beta.read()] as [tf.Tensor1D, tf.Tensor1D];
      return layerNorm(single(inputs), gamma, beta, this.epsilon);
    });
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 5 * product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}
tf.serialization.registerClass(LayerNormalization);
