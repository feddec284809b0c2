import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';

/** A weight under a name that is unique in its model. */
export interface NamedVariable {
  readonly name: string;
  readonly variable: tf.Variable;
}

/** The model's weights (trained ones and running statistics) by `layer/weight`, in its order. */
export function namedWeights(model: LayersModel): readonly NamedVariable[] {
  return named(model.weights);
}

/** The weights that training moves. */
export function trainableWeights(model: LayersModel): readonly NamedVariable[] {
  return named(model.trainableWeights);
}

function named(weights: LayersModel['weights']): readonly NamedVariable[] {
  const seen = new Set<string>();
  return weights.map((weight) => {
    const name = weight.originalName;
    if (seen.has(name)) {
      throw new RangeError(`model: weight names must be unique, '${name}' occurs twice`);
    }
    seen.add(name);
    return { name, variable: weight.read() as tf.Variable };
  });
}

/** The model's weights as {@link storedTensors} takes them. */
export function weightTensors(model: LayersModel): readonly (readonly [string, tf.Variable])[] {
  return namedWeights(model).map(({ name, variable }) => [name, variable]);
}

/** Copies tensors from the device, all together. */
export async function storedTensors(
  tensors: Iterable<readonly [string, tf.Tensor]>,
): Promise<Map<string, StoredTensor>> {
  const entries = await Promise.all(
    [...tensors].map(async ([name, tensor]): Promise<[string, StoredTensor]> => {
      const data = await tensor.data<'float32'>();
      return [name, { shape: [...tensor.shape], data }];
    }),
  );
  return new Map(entries);
}

/**
 * Gives the model the weights that a file holds.
 *
 * @param source what the error calls the file
 * @throws RangeError naming the weights that are missing or of another shape; the model is then unchanged.
 */
export function loadWeights(
  model: LayersModel,
  tensors: ReadonlyMap<string, StoredTensor>,
  source: string,
): void {
  const weights = namedWeights(model);
  const missing = weights.filter(({ name }) => !tensors.has(name));
  if (missing.length > 0) {
    throw new RangeError(
      `${source}: ${missing.length} of the model's ${weights.length} weights are missing, first '${missing[0]!.name}'; take a file that was trained with the same \`model\` settings`,
    );
  }
  for (const { name, variable } of weights) {
    const { shape } = tensors.get(name)!;
    if (shape.join() !== variable.shape.join()) {
      throw new RangeError(
        `${source}: weight '${name}' must have shape [${variable.shape}], got [${shape}]; take a file that was trained with the same \`model\` settings`,
      );
    }
  }
  for (const { name, variable } of weights) {
    const value = tf.tensor(tensors.get(name)!.data, variable.shape);
    variable.assign(value);
    value.dispose();
  }
}
