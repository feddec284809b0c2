import type * as tfl from '@tensorflow/tfjs-layers';

/** The arguments that every TensorFlow.js layer takes (`name`, `trainable`, …). */
export type LayerArgs = NonNullable<ConstructorParameters<typeof tfl.layers.Layer>[0]>;

/** The only tensor that a single-input layer's `call` receives, bare or in an array. */
export function single<T>(inputs: T | T[]): T {
  return Array.isArray(inputs) ? inputs[0]! : inputs;
}

/** What TensorFlow.js 4.22 tells every layer, `customObjects` on loading a model. */
const common = [
  ...['name', 'trainable', 'dtype', 'inputShape', 'batchInputShape', 'batchSize'],
  ...['weights', 'inputDType', 'customObjects'],
];

/**
 * Refuses settings that a layer does not know, which TensorFlow.js passes over in silence. What it
 * knows are the keys of its config; for the end of a constructor.
 *
 * @param more settings that are not kept in the config under their own name
 * @throws RangeError naming them
 */
export function checkSettings(
  layer: tfl.layers.Layer,
  args: object,
  more: readonly string[] = [],
): void {
  const own = [...Object.keys(layer.getConfig()), ...more].filter((one) => !common.includes(one));
  const unknown = Object.entries(args)
    .filter(([name, value]) => value !== undefined && ![...common, ...own].includes(name))
    .map(([name]) => name);
  if (unknown.length === 0) return;
  const settings = [...new Set(own), 'name', 'trainable', 'inputShape'].join(', ');
  throw new RangeError(
    `\`${layer.getClassName().replace(/^Sts/, '')}\` ${layer.name}: unknown setting ${unknown.join(', ')}; its settings are ${settings}. Images are [batch, height, width, channels].`,
  );
}
