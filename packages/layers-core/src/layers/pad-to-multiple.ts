import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import { mapSize, singleShape } from './shapes.ts';

export interface PadToMultipleArgs extends LayerArgs {
  /** Height and width become multiples of this whole number. */
  readonly multiple: number;
  /** Height and width become at least this, a multiple of `multiple`. @default multiple */
  readonly minimum?: number;
}

/**
 * Adds rows and columns of zeros at the bottom and right until height and width are multiples of
 * `multiple` and at least `minimum`. Input `[batch, height, width, channels]`; `CropToMatch` undoes it.
 */
export class PadToMultiple extends tfl.layers.Layer {
  static readonly className = 'StsPadToMultiple';
  readonly multiple: number;
  readonly minimum: number;

  constructor(args: PadToMultipleArgs) {
    super(args);
    this.multiple = args.multiple;
    this.minimum = args.minimum ?? args.multiple;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const x = single(inputs) as tf.Tensor4D;
      const bottom = this.#roundUp(x.shape[1]) - x.shape[1];
      const right = this.#roundUp(x.shape[2]) - x.shape[2];
      if (bottom === 0 && right === 0) return tf.clone(x);
      return tf.pad(x, [
        [0, 0],
        [0, bottom],
        [0, right],
        [0, 0],
      ]);
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height, width, channels = null] = singleShape(inputShape);
    const rounded = (size: number) => this.#roundUp(size);
    return [batch, mapSize(height, rounded), mapSize(width, rounded), channels];
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), multiple: this.multiple, minimum: this.minimum };
  }

  #roundUp(size: number): number {
    return Math.max(this.minimum, Math.ceil(size / this.multiple) * this.multiple);
  }
}
tf.serialization.registerClass(PadToMultiple);
