import * as tf from '@tensorflow/tfjs-core';
import * as tfl from '@tensorflow/tfjs-layers';
import { checkSettings, type LayerArgs, single } from './layer-args.ts';
import type { LayerFacts, LayerOperations } from './layer-facts.ts';

export interface UnusedParametersArgs extends LayerArgs {
  /** Shape of each weight by its name. */
  readonly shapes: Readonly<Record<string, readonly number[]>>;
}

/**
 * The identity, with weights that nothing computes with: parameters that a published network has
 * and does not use, so that its weight files can be read and written whole. They start at zero and
 * are never trained.
 */
export class UnusedParameters extends tfl.layers.Layer implements LayerFacts {
  static readonly className = 'StsUnusedParameters';
  readonly shapes: Readonly<Record<string, readonly number[]>>;

  constructor(args: UnusedParametersArgs) {
    super(args);
    this.shapes = args.shapes;
    checkSettings(this, args);
  }

  override build(): void {
    for (const [name, shape] of Object.entries(this.shapes)) {
      const zeros = tfl.initializers.zeros();
      this.addWeight(name, [...shape], 'float32', zeros, undefined, false);
    }
    this.built = true;
  }

  override call(inputs: tf.Tensor | tf.Tensor[]): tf.Tensor {
    return tf.tidy(() => tf.clone(single(inputs)));
  }

  operations(): LayerOperations {
    return {};
  }

  override getConfig(): tf.serialization.ConfigDict {
    const shapes = Object.entries(this.shapes).map(([name, shape]) => [name, [...shape]]);
    return { ...super.getConfig(), shapes: Object.fromEntries(shapes) };
  }
}
tf.serialization.registerClass(UnusedParameters);
