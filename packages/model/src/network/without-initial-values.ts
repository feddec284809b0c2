import * as tf from '@tensorflow/tfjs-core';
import { initializers, layers, type Shape } from '@tensorflow/tfjs-layers';

// TensorFlow.js exports no base class for initializers, but accepts only its instances.
const Initializer = Object.getPrototypeOf(initializers.zeros().constructor) as new () => ReturnType<
  typeof initializers.zeros
>;

/** Zeros that an engine need not make as long as nobody looks at them, which `zeros()` has in memory. */
class Unwritten extends Initializer {
  static readonly className = 'Unwritten';

  override apply(shape: Shape, dtype?: keyof tf.DataTypeMap): tf.Tensor {
    return tf.fill(shape as number[], 0, dtype);
  }
}

/**
 * Runs `build` with all weights of the layers that it makes zero from the start. Drawing tens of
 * millions of random numbers takes most of the time of building a network, and one that is only
 * counted needs none of them.
 *
 * @param most numbers that all weights together may have; unlimited unless given
 * @throws RangeError naming the layer that goes beyond `most`
 */
export function withoutInitialValues<T>(
  build: () => T,
  most: number = Number.POSITIVE_INFINITY,
): T {
  const prototype = layers.Layer.prototype as unknown as {
    addWeight: (name: string, shape: Shape, dtype?: string, ...rest: unknown[]) => unknown;
  };
  const { addWeight } = prototype;
  let count = 0;
  prototype.addWeight = function (this: layers.Layer, name, shape, dtype, _initializer, ...rest) {
    count += shape.reduce<number>((product, length) => product * length!, 1);
    // Also where a length is not a number.
    if (!(count <= most)) {
      throw new RangeError(
        `its weights must be at most ${most} numbers, but with '${name}' [${shape}] of layer '${this.name}' there are more`,
      );
    }
    return addWeight.call(this, name, shape, dtype, new Unwritten(), ...rest);
  };
  try {
    return build();
  } finally {
    prototype.addWeight = addWeight;
  }
}
