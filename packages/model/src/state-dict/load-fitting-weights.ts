import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { hasShape, matchWeights, requireValues, writeWeights } from './match-weights.ts';

/** What {@link loadFittingWeights} took. */
export interface FittedWeights {
  /** Layers whose weights were taken. */
  readonly taken: readonly string[];
  /** Layers that stay as they were: the tensors have other shapes for one of their weights, or none. */
  readonly anew: readonly string[];
}

/**
 * Gives a model what fits of the weights of another, layer by layer: where every weight of a layer is
 * there, under its name and with its shape, it is taken, else the layer stays as it was. So a network
 * for other classes or other input channels starts from a trained one.
 *
 * @param weights by key: a state dict as {@link loadTorchWeights} takes it, or what a file of weights
 * of this project holds
 * @throws RangeError, with the model unchanged, if no layer fits, if a tensor does not hold as many
 * values as its shape says, or if the weights were trained with another epsilon than the model's
 */
export function loadFittingWeights(
  model: LayersModel,
  weights: ReadonlyMap<string, StoredTensor>,
): FittedWeights {
  const { matches } = matchWeights(model, weights);
  for (const match of matches) requireValues(match);
  const fitting = new Map(
    matches.filter(hasShape).map((match) => [match.parameter.weight.originalName, match]),
  );
  const layers = model.layers.filter((layer) => layer.weights.length > 0);
  const taken = layers.filter((layer) =>
    layer.weights.every(({ originalName }) => fitting.has(originalName)),
  );
  if (taken.length === 0) {
    throw new RangeError(
      `none of the ${layers.length} layers with weights fits these ${weights.size} tensors, by name and shape; take weights of a network with the same encoder or decoder.`,
    );
  }
  writeWeights(
    taken.flatMap((layer) => layer.weights.map(({ originalName }) => fitting.get(originalName)!)),
  );
  const anew = layers.filter((layer) => !taken.includes(layer));
  return { taken: taken.map(({ name }) => name), anew: anew.map(({ name }) => name) };
}
