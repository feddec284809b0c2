import { checkSettings, type LayerArgs, single } from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';

export interface GridMaxPoolArgs extends LayerArgs {
  /** Height and width of the output, a whole number from 1 on. */
  readonly size: number;
}

/**
 * Largest values over a grid of `size × size` equal cells: `[batch, height, width, channels]`, height and width
 * multiples of `size`, to `[batch, size, size, channels]`.
 */
export class GridMaxPool extends tfl.layers.Layer {
  static readonly className = 'StsGridMaxPool';
  readonly size: number;

  constructor(args: GridMaxPoolArgs) {
    super(args);
    this.size = args.size;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const [batch, height, width, channels] = x.shape;
      const { size } = this;
      if (height % size || width % size) {
        throw new RangeError(
          `\`GridMaxPool\` ${this.name}: height and width must be multiples of ${size}, got [${x.shape}].`,
        );
      }
      // One axis after the other; as reshaped maps, of any size in an exported file too.
      const rows = tf.max(tf.reshape(x, [batch * size, height / size, width * channels]), 1);
      const cells = tf.reshape(rows, [batch * size * size, width / size, channels]);
      return tf.reshape(tf.max(cells, 1), [batch, size, size, channels]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [shape] = (Array.isArray(inputShape[0]) ? inputShape : [inputShape]) as tfl.Shape[];
    return [shape![0]!, this.size, this.size, shape![3]!];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), size: this.size };
  }
}
tf.serialization.registerClass(GridMaxPool);
