import type * as tfl from '@tensorflow/tfjs-layers';

/** The arguments that every TensorFlow.js layer takes (`name`, `trainable`, …). */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tfl.layers.Layer>[0]>;

/** The only tensor that a single-input layer's `call` receives, bare or in an array. */
export function single<T>(inputs: T | T[]): T {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}
