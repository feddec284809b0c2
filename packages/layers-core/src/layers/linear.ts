import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { Kaiming } from '../initializers/kaiming.ts';
import { multiplyMatrices } from '../ops/multiply-matrices.ts';
import { initializerFrom, serializedInitializer } from './initializer-config.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations, TorchParameter } from './layer-facts.ts';
import { product, singleShape } from './shapes.ts';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

export interface LinearArgs extends LayerArgs {
  /** Number of output channels. */
  readonly filters: number;
  /** @default true */
  readonly useBias?: boolean;
  /** @default PyTorch's default, uniform in ±1/√fanIn */
  readonly kernelInitializer?: Initializer;
  /** @default zeros */
  readonly biasInitializer?: Initializer;
}

/**
 * PyTorch's `Linear`, of the channels at each position: `[batch, …, channels]` to `[batch, …, filters]`.
 * Weights: `kernel` `[channels, filters]` and, with `useBias`, `bias` `[filters]`.
 *
 * @throws RangeError where `filters` is no positive integer or the channels are unknown.
 */
export class Linear extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsLinear';
  readonly filters: number;
  readonly useBias: boolean;
  readonly kernelInitializer: Initializer;
  readonly biasInitializer: Initializer;
  #kernel!: tfl.LayerVariable;
  #bias: tfl.LayerVariable | undefined;

  constructor(args: LinearArgs) {
    super(args);
    this.filters = args.filters;
    if (!Number.isInteger(this.filters) || this.filters < 1) {
      throw new RangeError(
        `\`Linear\` ${this.name}: filters must be a whole number from 1 on, got ${this.filters}.`,
      );
    }
    this.useBias = args.useBias ?? true;
    this.kernelInitializer = initializerFrom(
      args.kernelInitializer,
      () => new Kaiming({ mode: 'fanIn', distribution: 'uniform', gain: 1 / Math.sqrt(3) }),
    );
    this.biasInitializer = initializerFrom(args.biasInitializer, () => tfl.initializers.zeros());
    checkSettings(this, args);
  }

  override build(inputShape: tfl.Shape | tfl.Shape[]): void {
    const shape = singleShape(inputShape);
    const channels = shape.at(-1);
    if (channels == null) {
      throw new RangeError(`\`Linear\` ${this.name}: the last axis must be known, got [${shape}].`);
    }
    const { filters, kernelInitializer, biasInitializer } = this;
    this.#kernel = this.addWeight('kernel', [channels, filters], 'float32', kernelInitializer);
    if (this.useBias) this.#bias = this.addWeight('bias', [filters], 'float32', biasInitializer);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs);
      const rows = tf.reshape(x, [-1, x.shape.at(-1)!]);
      const y = multiplyMatrices<tf.Tensor>(rows, this.#kernel.read());
      const sum = this.#bias === undefined ? y : tf.add(y, this.#bias.read());
      return tf.reshape(sum, [...x.shape.slice(0, -1), this.filters]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...singleShape(inputShape).slice(0, -1), this.filters];
  }

  operations(input: readonly number[]): LayerOperations {
    return { multiplyAdds: product(input) * this.filters };
  }

  torchParameter(name: string, shape: readonly number[]): TorchParameter {
    return name === 'kernel'
      ? { name: 'weight', shape: shape.toReversed(), layout: 'OI' }
      : { name, shape, layout: 'same' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return {
      ...super.getConfig(),
      filters: this.filters,
      useBias: this.useBias,
      kernelInitializer: serializedInitializer(this.kernelInitializer),
      biasInitializer: serializedInitializer(this.biasInitializer),
    };
  }
}
tf.serialization.registerClass(Linear);
