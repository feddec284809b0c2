import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { batchNormTraining } from '../ops/batch-norm-training.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product } from './shapes.ts';

export interface BatchNormalizationArgs extends LayerArgs {
  /** Added to the variance. @default 1e-5 */
  readonly epsilon?: number;
  /** Share of the new statistics in the running ones (PyTorch's convention). @default 0.1 */
  readonly momentum?: number;
  /** Whether there is a trainable offset `beta`. @default true */
  readonly center?: boolean;
  /** Whether there is a trainable factor `gamma`. @default true */
  readonly scale?: boolean;
}

/**
 * Batch normalisation over the last axis with PyTorch's numbers: epsilon 1e-5, momentum 0.1, and
 * running variances that take in the unbiased batch variance.
 *
 * With `trainable: false` it is frozen: it uses the running statistics and leaves them alone, in
 * training too. Input and output `[batch, …, channels]`. Weights: `gamma`, `beta` (as `scale` and
 * `center` say), `movingMean`, `movingVariance`, each `[channels]`.
 *
 * Reference: Ioffe & Szegedy, *Batch Normalization*, ICML 2015.
 *
 * @throws RangeError in training where a channel has a single value, whose variance is undefined.
 */
export class BatchNormalization extends tfl.layers.Layer implements LayerFacts {
  static readonly className: string = 'StsBatchNormalization';
  readonly epsilon: number;
  readonly momentum: number;
  readonly center: boolean;
  readonly scale: boolean;
  #gamma: tfl.LayerVariable | undefined;
  #beta: tfl.LayerVariable | undefined;
  #movingMean!: tfl.LayerVariable;
  #movingVariance!: tfl.LayerVariable;

  constructor(args: BatchNormalizationArgs = {}) {
    super(args);
    this.epsilon = args.epsilon ?? 1e-5;
    this.momentum = args.momentum ?? 0.1;
    this.center = args.center ?? true;
    this.scale = args.scale ?? true;
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = (Array.isArray(inputShape[0]) ? inputShape[0] : inputShape) as tfl.Shape;
    const channels = shape.at(-1);
    if (channels == null) {
      throw new RangeError(
        `\`BatchNormalization\` ${this.name}: the last axis must be known, got [${shape}].`,
      );
    }
    const weight = (name: string, value: 0 | 1, trainable: boolean) =>
      this.addWeight(
        name,
        [channels],
        'float32',
        value === 1 ? tfl.initializers.ones() : tfl.initializers.zeros(),
        undefined,
        trainable,
      );
    if (this.scale) this.#gamma = weight('gamma', 1, true);
    if (this.center) this.#beta = weight('beta', 0, true);
    this.#movingMean = weight('movingMean', 0, false);
    this.#movingVariance = weight('movingVariance', 1, false);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      return kwargs['training'] && this.trainable ? this.#normalizeBatch(x) : this.#normalize(x);
    });
  }

  #normalizeBatch(x: tf.Tensor): tf.Tensor {
    const channels = x.shape.at(-1)!;
    const count = x.size / channels;
    if (count < 2) {
      throw new RangeError(
        `\`BatchNormalization\` ${this.name}: training needs more than one value per channel, got input [${x.shape}]; use a batch of 2 or more, or a larger image.`,
      );
    }
    const gamma = this.#gamma?.read() ?? tf.ones([channels]);
    const beta = this.#beta?.read() ?? tf.zeros([channels]);
    const { y, mean, variance } = batchNormTraining(
      x,
      gamma as tf.Tensor1D,
      beta as tf.Tensor1D,
      this.epsilon,
    );
    const keep = 1 - this.momentum;
    const blend = (running: tfl.LayerVariable, batch: tf.Tensor, share: number) =>
      running.write(tf.add(tf.mul(running.read(), keep), tf.mul(batch, share)));
    blend(this.#movingMean, mean, this.momentum);
    blend(this.#movingVariance, variance, (this.momentum * count) / (count - 1));
    return y;
  }

  #normalize(x: tf.Tensor): tf.Tensor {
    return tf.batchNorm(
      x,
      this.#movingMean.read() as tf.Tensor1D,
      this.#movingVariance.read() as tf.Tensor1D,
      this.#beta?.read() as tf.Tensor1D | undefined,
      this.#gamma?.read() as tf.Tensor1D | undefined,
      this.epsilon,
    );
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 5 * product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      epsilon: this.epsilon,
      momentum: this.momentum,
      center: this.center,
      scale: this.scale,
    };
  }
}
tf.serialization.registerClass(BatchNormalization);
