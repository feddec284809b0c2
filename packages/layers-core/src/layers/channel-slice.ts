import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import { singleShape } from './shapes.ts';

export interface ChannelSliceArgs extends LayerArgs {
  /** The first channel that is kept, from 0 on. */
  readonly begin: number;
  /** How many channels are kept. @default all from `begin` on */
  readonly size?: number;
}

/**
 * Keeps some of the channels: `[batch, height, width, channels]` → `[batch, height, width, size]`.
 *
 * @throws RangeError where the input has not that many channels.
 */
export class ChannelSlice extends tfl.layers.Layer {
  static readonly className = 'StsChannelSlice';
  readonly begin: number;
  readonly size: number | undefined;

  constructor(args: ChannelSliceArgs) {
    super(args);
    this.begin = args.begin;
    this.size = args.size ?? undefined;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      return tf.slice(x, [0, 0, 0, this.begin], [-1, -1, -1, this.#kept(x.shape[3])]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height = null, width = null, channels] = singleShape(inputShape);
    return [batch, height, width, this.#kept(channels ?? 0)];
  }

  override getConfig(): tf.serialization.ConfigDict {
    const { begin, size } = this;
    return { ...super.getConfig(), begin, ...(size !== undefined && { size }) };
  }

  #kept(channels: number): number {
    const size = this.size ?? channels - this.begin;
    if (!(this.begin >= 0 && size >= 1 && this.begin + size <= channels)) {
      throw new RangeError(
        `\`ChannelSlice\` ${this.name}: begin ${this.begin} and size ${size} must lie within the ${channels} channels.`,
      );
    }
    return size;
  }
}
tf.serialization.registerClass(ChannelSlice);
