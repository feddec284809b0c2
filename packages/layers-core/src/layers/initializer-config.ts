import * as tf from '@tensorflow/tfjs-core';
import type * as tfl from '@tensorflow/tfjs-layers';

type Initializer = ReturnType<typeof tfl.initializers.zeros>;

/** What a layer's config keeps of an initializer. */
export function serializedInitializer(one: Initializer): tf.serialization.ConfigDict {
  return { className: one.getClassName(), config: one.getConfig() };
}

/** The initializer itself, or the one that a saved model's `{ className, config }` describes. */
export function initializerFrom(
  given: Initializer | undefined,
  fallback: () => Initializer,
): Initializer {
  if (given === undefined) return fallback();
  if (typeof given.apply === 'function') return given;
  const { className, config } = given as unknown as tf.serialization.ConfigDict;
  const known = tf.serialization.SerializationMap.getMap().classNameMap[className as string];
  if (known === undefined) {
    throw new RangeError(`layers-core: unknown initializer ${String(className)}.`);
  }
  const [cls, fromConfig] = known;
  return fromConfig(
    cls as unknown as tf.serialization.SerializableConstructor<tf.serialization.Serializable>,
    config as tf.serialization.ConfigDict,
  ) as unknown as Initializer;
}
