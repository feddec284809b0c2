import { checkSettings, type LayerFacts, type LayerOperations } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import { initializers, type LayerVariable, layers, type Shape } from '@tensorflow/tfjs-layers';
import { channelsOf, type LayerArgs, scaleChannels, single } from './squeeze.ts';

/** Options of {@link GCT}. */
export interface GCTArgs extends LayerArgs {
  /** Added to the squares under both roots; positive. @default 1e-5 */
  epsilon?: number;
}

/**
 * Gated channel transformation: lets the channels of an image compete or co-operate by their norms.
 *
 * s = α √(Σ x² + ε) over height and width; ŝ = γ s / √(mean of s² over channels + ε);
 * y = x · (1 + tanh(ŝ + β)). At the start α = 1, γ = β = 0, so y = x.
 *
 * - Input and output: `[batch, height, width, channels]`, any height and width.
 * - Weights: `alpha`, `gate`, `offset` (α, γ, β), each `[channels]`.
 *
 * Source: Yang et al., CVPR 2020.
 *
 * @throws RangeError for an epsilon that is not positive, or an input that has not four axes or no
 * channel count
 */
export class GCT extends layers.Layer implements LayerFacts {
  static readonly className = 'StsGCT';
  readonly epsilon: number;
  #alpha!: LayerVariable;
  #gate!: LayerVariable;
  #offset!: LayerVariable;

  constructor({ epsilon = 1e-5, ...layerArgs }: GCTArgs = {}) {
    super(layerArgs);
    if (!(epsilon > 0)) {
      throw new RangeError(`\`gct\`: \`epsilon\` must be positive, got ${epsilon}.`);
    }
    this.epsilon = epsilon;
    checkSettings(this, layerArgs);
  }

  override build(inputShape: Shape | Shape[]): void {
    const channels = channelsOf('gct', inputShape);
    const weight = (name: string, initializer: ReturnType<typeof initializers.zeros>) =>
      this.addWeight(name, [channels], 'float32', initializer);
    this.#alpha = weight('alpha', initializers.ones());
    this.#gate = weight('gate', initializers.zeros());
    this.#offset = weight('offset', initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      const norm = tf.sqrt(tf.add(tf.sum(tf.square(x), [1, 2]), this.epsilon));
      const s = tf.mul(norm, this.#alpha.read());
      const all = tf.rsqrt(tf.add(tf.mean(tf.square(s), 1, true), this.epsilon));
      const relative = tf.mul(tf.mul(s, this.#gate.read()), all);
      return scaleChannels(x, tf.add(tf.tanh(tf.add(relative, this.#offset.read())), 1));
    });
  }

  /** It only scales: no multiply-adds, and nothing that fvcore counts. */
  operations(): LayerOperations {
    return {};
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), epsilon: this.epsilon };
  }
}

/** Makes a {@link GCT} layer. */
export function gct(args?: GCTArgs): GCT {
  return new GCT(args);
}

tf.serialization.registerClass(GCT);
