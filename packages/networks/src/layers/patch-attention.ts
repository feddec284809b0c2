import {
  checkSettings,
  Kaiming,
  type LayerArgs,
  type LayerFacts,
  type LayerOperations,
  patchGrid,
  type TorchParameter,
  toPatches,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface PatchAttentionArgs extends LayerArgs {
  /** Side of a patch, in pixels. @default 10 */
  readonly patch?: number;
  /** What the second map is multiplied by. @default 1 */
  readonly scale?: number;
  /** Seed of the initial weights, PyTorch's default; a whole number. @default 0 */
  readonly seed?: number;
}

/**
 * Across-feature-map attention: takes two maps of equal channels, the first finer, `[batch, height, width,
 * channels]` each, and says for each patch of the first how alike it is to each patch of the second, channel
 * by channel: `[batch, channels, patches of the first, patches of the second]`, never negative.
 *
 * `A = T(U) · T(V)ᵀ / n` for patches `U`, `V` of `n` pixels each, where `T(u) = ReLU(W₂ · W₁ · u)`.
 *
 * Weights: `first` `[2n, n]`, `second` `[n, 2n]`.
 *
 * Source: Sang et al., IEEE TPAMI 2022.
 */
export class PatchAttention extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsPatchAttention';
  readonly patch: number;
  readonly scale: number;
  readonly seed: number;
  #first!: tfl.LayerVariable;
  #second!: tfl.LayerVariable;

  constructor(args: PatchAttentionArgs = {}) {
    super(args);
    this.patch = args.patch ?? 10;
    this.scale = args.scale ?? 1;
    this.seed = args.seed ?? 0;
    checkSettings(this, args);
  }

  override build(): void {
    const pixels = this.patch ** 2;
    const matrix = (name: string, outputs: number, inputs: number, index: number) => {
      // The fan of PyTorch's order of axes, [outputs, inputs], is the last.
      const gain = 1 / Math.sqrt(3);
      const args = { mode: 'fanOut', distribution: 'uniform', gain } as const;
      const start = new Kaiming({ ...args, seed: this.seed + index });
      return this.addWeight(name, [outputs, inputs], 'float32', start);
    };
    this.#first = matrix('first', 2 * pixels, pixels, 0);
    this.#second = matrix('second', pixels, 2 * pixels, 1);
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [fine, coarse] = inputs as [tf.Tensor4D, tf.Tensor4D];
      const first = this.#transformed(fine);
      const second = this.#transformed(tf.mul(coarse, this.scale));
      return tf.div(tf.matMul(first, second, false, true), this.patch ** 2);
    });
  }

  #transformed(map: tf.Tensor4D): tf.Tensor4D {
    const patches = toPatches(map, this.patch);
    const listed = tf.reshape(patches, [-1, this.patch ** 2]) as tf.Tensor2D;
    const wide = tf.matMul(listed, this.#first.read() as tf.Tensor2D, false, true);
    const y = tf.relu(tf.matMul(wide, this.#second.read() as tf.Tensor2D, false, true));
    return tf.reshape(y, patches.shape);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [fine, coarse] = inputShape as [tfl.Shape, tfl.Shape];
    return [fine[0]!, fine[3]!, this.#count(fine), this.#count(coarse)];
  }

  #count([, height, width]: tfl.Shape): number | null {
    if (height == null || width == null) return null;
    const [rows, columns] = patchGrid(height, width, this.patch);
    return rows * columns;
  }

  torchParameter(name: string, shape: readonly number[]): TorchParameter {
    return { name: name === 'first' ? '0.weight' : '1.weight', shape, layout: 'same' };
  }

  /** Of the two matrices for each patch, and of each patch with each. */
  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    const [channels, fine, coarse] = output as [number, number, number];
    const pixels = this.patch ** 2;
    const transforms = (fine + coarse) * 4 * pixels ** 2;
    return { multiplyAdds: channels * (transforms + fine * coarse * pixels) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { patch, scale, seed } = this;
    return { ...super.getConfig(), patch, scale, seed };
  }
}
tf.serialization.registerClass(PatchAttention);
