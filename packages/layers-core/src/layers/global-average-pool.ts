import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';
import { product, singleShape } from './shapes.ts';

/** Mean over height and width: `[batch, height, width, channels]` → `[batch, 1, 1, channels]`. */
export class GlobalAveragePool extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsGlobalAveragePool';

  constructor(args: LayerArgs = {}) {
    super(args);
    checkSettings(this, args);
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.mean(single(inputs), [1, 2], true));
  }

  override computeOutputShape(inputShape: tfl.Shape | tfl.Shape[]): tfl.Shape {
    const shape = singleShape(inputShape);
    return [shape[0] ?? null, 1, 1, shape[3] ?? null];
  }

  operations(input: readonly number[]): LayerOperations {
    return { other: product(input) };
  }
}
tf.serialization.registerClass(GlobalAveragePool);
