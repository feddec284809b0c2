import {
  checkSettings,
  type LayerArgs,
  type LayerFacts,
  type LayerOperations,
  type TorchParameter,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface AxialAttentionArgs extends LayerArgs {
  /** The side of the map that as many values are compared as it is long. */
  readonly along: 'height' | 'width';
}

/**
 * Takes `[query, key, value, x]`, maps of one size, `query` and `key` of equal channels, `value` and `x` too,
 * and returns `gamma · (what each place gathers) + x`.
 *
 * As in CaraNet's code, a map is read channel by channel, row by row, and cut into runs as long as the side:
 * `Q`, `K`, `V`, one run in each row. What is gathered is `V · Sᵀ`, where `S = σ(Qᵀ · K)`. Along the width a
 * run is a row of a channel; along the height it is one too where the map is square, and crosses rows
 * elsewhere. `gamma`, one number, starts at 0.
 *
 * Source: Lou et al., SPIE Medical Imaging 2022.
 */
export class AxialAttention extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsAxialAttention';
  readonly along: 'height' | 'width';
  #gamma!: tfl.LayerVariable;

  constructor(args: AxialAttentionArgs) {
    super(args);
    this.along = args.along;
    if (this.along !== 'height' && this.along !== 'width') {
      throw new RangeError(
        `\`AxialAttention\` ${this.name}: along must be 'height' or 'width', got '${this.along}'.`,
      );
    }
    checkSettings(this, args);
  }

  override build(): void {
    this.#gamma = this.addWeight('gamma', [1], 'float32', tfl.initializers.zeros());
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const maps = inputs as tf.Tensor4D[];
      const [query, key, value] = maps.map((map) => this.#runs(map)) as [Runs, Runs, Runs];
      const scores = tf.sigmoid(tf.matMul(query, key, true, false));
      const gathered = tf.matMul(value, scores, false, true);
      const x = maps[3]!;
      const [batch, height, width, channels] = x.shape;
      const map = tf.reshape(gathered, [batch, channels, height, width]);
      return tf.add(tf.mul(tf.transpose(map, [0, 2, 3, 1]), this.#gamma.read()), x);
    });
  }

  /** `[batch, runs, side]`. */
  #runs(map: tf.Tensor4D): Runs {
    const [batch, height, width, channels] = map.shape;
    const [side, other] = this.along === 'height' ? [height, width] : [width, height];
    return tf.reshape(tf.transpose(map, [0, 3, 1, 2]), [batch, channels * other, side]);
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    return (inputShape as tfl.Shape[])[3]!;
  }

  /** Of the two products. */
  operations(input: readonly number[], output: readonly number[]): LayerOperations {
    const [height, width, compared] = input as [number, number, number];
    const side = this.along === 'height' ? height : width;
    return { multiplyAdds: (compared + output[2]!) * height * width * side };
  }

  torchParameter(name: string, shape: readonly number[]): TorchParameter {
    return { name, shape, layout: 'same' };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), along: this.along };
  }
}
tf.serialization.registerClass(AxialAttention);

type Runs = tf.Tensor3D;
