import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { upsampleNearest } from '../ops/upsample-nearest.ts';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { mapSize, product, singleShape } from './shapes.ts';

export interface UpsampleNearestArgs extends LayerArgs {
  /** How many times each pixel is repeated along height and along width. @default 2 */
  readonly scale?: number;
}

/** Repeats pixels: `[batch, height, width, channels]` → `[batch, height·scale, width·scale, channels]`. */
export class UpsampleNearest extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsUpsampleNearest';
  readonly scale: number;

  constructor(args: UpsampleNearestArgs = {}) {
    super(args);
    this.scale = args.scale ?? 2;
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => upsampleNearest(single(inputs) as tf.Tensor4D, this.scale));
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const [batch = null, height, width, channels = null] = singleShape(inputShape);
    const scaled = (size: number) => size * this.scale;
    return [batch, mapSize(height, scaled), mapSize(width, scaled), channels];
  }

  operations(_input: readonly number[], output: readonly number[]): LayerOperations {
    return { other: product(output) };
  }

  override getConfig(): tf.serialization.ConfigDict {
    return { ...super.getConfig(), scale: this.scale };
  }
}
tf.serialization.registerClass(UpsampleNearest);
