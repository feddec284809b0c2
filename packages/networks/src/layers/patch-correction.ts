import {
  checkSettings,
  fromPatches,
  type LayerArgs,
  type LayerFacts,
  type LayerOperations,
  patchGrid,
  toPatches,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface PatchCorrectionArgs extends LayerArgs {
  /** Side of a patch, in pixels. @default 10 */
  readonly patch?: number;
  /** How many times smaller than the logits the map is whose patches were compared. */
  readonly factor: number;
}

/**
 * Takes `[logits, attention]`, `[batch, height, width, classes]` and what `PatchAttention` gives for the image
 * and a map `factor` times smaller, `[batch, classes or more, patches, coarse patches]`, and returns
 * `logits · (1 + R)`. `R` of a class is what the attention gathers, patch by patch, from where the logits are
 * largest for that class, averaged to the size of the map; each patch's attention is divided by the number of
 * its values that are not zero. No gradient goes through that map.
 *
 * As published, a patch of the map, of `factor` times a patch's side in the image, becomes one of the image.
 *
 * Source: Sang et al., IEEE TPAMI 2022.
 */
export class PatchCorrection extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsPatchCorrection';
  readonly patch: number;
  readonly factor: number;

  constructor(args: PatchCorrectionArgs) {
    super(args);
    this.patch = args.patch ?? 10;
    this.factor = args.factor;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [logits, attention] = inputs as [tf.Tensor4D, tf.Tensor4D];
      const [batch, height, width, classes] = logits.shape;
      const [, known, fine, coarse] = attention.shape;
      const own =
        known === classes
          ? attention
          : tf.slice(attention, [0, 0, 0, 0], [batch, classes, fine, coarse]);
      const marked = tf.cast(tf.oneHot(tf.argMax(logits, 3), classes), 'float32') as tf.Tensor4D;
      const shares = tf.avgPool(marked, this.factor, this.factor, 'valid');
      // The attention is never negative; this has a gradient, zero.
      const counts = tf.sum(tf.step(own), 3, true);
      const weights = tf.div(own, tf.add(counts, 1e-5));
      const gathered = tf.matMul(weights, toPatches(shares, this.patch)) as tf.Tensor4D;
      const correction = fromPatches(gathered, [height, width], this.patch);
      return tf.add(logits, tf.mul(correction, logits));
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[0]!;
  }

  /** Of the product that gathers, and of the averages, which are a convolution where this is published. */
  operations(input: readonly number[]): LayerOperations {
    const [height, width, classes] = input as [number, number, number];
    const { patch, factor } = this;
    const [rows, columns] = [Math.floor(height / factor), Math.floor(width / factor)];
    const patches = (size: readonly [number, number]) => {
      const [down, across] = patchGrid(...size, patch);
      return down * across;
    };
    const gathered = patches([height, width]) * patches([rows, columns]) * patch ** 2;
    return { multiplyAdds: classes * (gathered + rows * columns * factor ** 2) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { patch, factor } = this;
    return { ...super.getConfig(), patch, factor };
  }
}
tf.serialization.registerClass(PatchCorrection);
