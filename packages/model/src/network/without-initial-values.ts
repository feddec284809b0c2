import { initializers, layers } from '@tensorflow/tfjs-layers';

/**
 * Runs `build` with all weights of the layers that it makes zero from the start. Drawing tens of
 * millions of random numbers takes most of the time of building a network, and one that is only
 * counted needs none of them.
 */
export function withoutInitialValues<T>(build: () => T): T {
  const prototype = layers.Layer.prototype as unknown as {
    addWeight: (name: string, shape: unknown, dtype?: string, ...rest: unknown[]) => unknown;
  };
  const { addWeight } = prototype;
  prototype.addWeight = function (name, shape, dtype, _initializer, ...rest) {
    return addWeight.call(this, name, shape, dtype, initializers.zeros(), ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}
