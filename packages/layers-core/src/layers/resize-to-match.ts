import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { resizeBilinear } from '../ops/resize-bilinear.ts';
import { checkSettings, type LayerArgs } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, twoShapes } from './shapes.ts';

export interface ResizeToMatchArgs extends LayerArgs {
  /** Pixels are areas; else corner pixels keep their values. @default false */
  readonly halfPixelCenters?: boolean;
}

/**
 * Takes `[x, reference]` and resizes `x` bilinearly to the reference's height and width. Both
 * `[batch, height, width, channels]`; the reference's channels do not matter.
 */
export class ResizeToMatch extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsResizeToMatch';
  readonly halfPixelCenters: boolean;

  constructor(args: ResizeToMatchArgs = {}) {
    super(args);
    this.halfPixelCenters = args.halfPixelCenters ?? false;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => {
      const [x, reference] = inputs as [tf.Tensor4D, tf.Tensor4D];
      const size = [reference.shape[1], reference.shape[2]] as const;
      return resizeBilinear(
        x,
        size,
        this.halfPixelCenters ? { halfPixelCenters: true } : { alignCorners: true },
      );
    });
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [x, reference] = twoShapes(inputShape, `ResizeToMatch ${this.name}`);
    return [x[0] ?? null, reference[1] ?? null, reference[2] ?? null, x[3] ?? null];
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: 4 * product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), halfPixelCenters: this.halfPixelCenters };
  }
}
tf.serialization.registerClass(ResizeToMatch);
