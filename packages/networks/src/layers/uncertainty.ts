import { checkSettings, type LayerArgs } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface UncertaintyArgs extends LayerArgs {
  /** How many samples of the batch there are. */
  readonly count: number;
}

/**
 * Takes `[samples, image]`, logits `[count · batch, height, width, classes]` of a network that draws, and the
 * image, and returns how uncertain each pixel is, in training, `[batch, height, width, 1]`, 0 to 1:
 * `U = ½ (var / max var + ent / max ent)`. `p` is the probability that a pixel is no background, `var` its
 * unbiased variance over the samples and `ent` the mean of `−p ln(p + 10⁻⁹)`; the maxima are over the batch.
 * No gradient goes through it. Otherwise zeros.
 *
 * Source: Qu et al., Information Fusion 109, 2024.
 */
export class Uncertainty extends tfl.layers.Layer {
  static readonly className = 'StsUncertainty';
  readonly count: number;

  constructor(args: UncertaintyArgs) {
    super(args);
    this.count = args.count;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[], kwargs: { training?: boolean }): tf.Tensor {
    const [samples, image] = inputs as [tf.Tensor4D, tf.Tensor4D];
    const [batch, height, width] = image.shape;
    return tf.tidy(() => {
      // Not `zeros`, which has them in memory: an exported file may leave the size open.
      if (!kwargs['training']) return tf.fill([batch, height, width, 1], 0);
      const measure = tf.customGrad((logits) => ({
        value: uncertainty(logits as tf.Tensor4D, this.count),
        gradFunc: () => tf.zerosLike(samples),
      }));
      return measure(samples);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return [...(inputShape as tfl.Shape[])[1]!.slice(0, 3), 1];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), count: this.count };
  }
}
tf.serialization.registerClass(Uncertainty);

function uncertainty(logits: tf.Tensor4D, count: number): tf.Tensor {
  const [all, height, width, classes] = logits.shape;
  const p =
    classes === 1
      ? tf.sigmoid(logits)
      : tf.sub(1, tf.slice(tf.softmax(logits), [0, 0, 0, 0], [all, height, width, 1]));
  const samples = tf.reshape(p, [count, all / count, height, width, 1]);
  const centred = tf.sub(samples, tf.mean(samples, 0, true));
  const variance = tf.div(tf.sum(tf.square(centred), 0), Math.max(1, count - 1));
  const entropy = tf.neg(tf.mean(tf.mul(samples, tf.log(tf.add(samples, 1e-9))), 0));
  const share = (x: tf.Tensor) => tf.divNoNan(x, tf.max(x));
  return tf.mul(tf.add(share(variance), share(entropy)), 0.5);
}
