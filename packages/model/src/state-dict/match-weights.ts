import { type EncoderSpec, encoders } from '@sts-net/backbones';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { partsOf } from '../network/model-parts.ts';
import { canonicalKeys, epsilonOf } from './canonical-keys.ts';
import { hwio } from './kernel-order.ts';
import { type TorchParameter, torchParameters } from './torch-parameters.ts';

/** A weight of a model and the tensor that a file has for it. */
export interface WeightMatch {
  /** The tensor's name in the file. */
  readonly key: string;
  readonly parameter: TorchParameter;
  readonly tensor: StoredTensor;
  /** The shape that the tensor must have there. */
  readonly shape: readonly number[];
  /** Whether the tensor is a kernel in PyTorch's order. */
  readonly transposed: boolean;
}

/** What the tensors of a file are to a model. */
export interface MatchedWeights {
  readonly matches: readonly WeightMatch[];
  /** Keys that no model needs. */
  readonly ignored: readonly string[];
  /** Keys, and what they are called here, that the model has no weight for. */
  readonly unknown: readonly { readonly key: string; readonly canonical: string }[];
  /** Weights of the model that the file has no tensor for. */
  readonly missing: readonly TorchParameter[];
}

/**
 * Finds the weights of a model that the tensors of a state dict, or of a file of this project, are for;
 * shapes are not looked at.
 *
 * @throws RangeError for weights that were trained with another epsilon than the model's
 */
export function matchWeights(
  model: LayersModel,
  weights: ReadonlyMap<string, StoredTensor>,
): MatchedWeights {
  const keys = [...weights.keys()];
  const own = isOwn(keys);
  if (!own) requireEpsilon(model, keys);
  const parameters = new Map(
    torchParameters(model).map((one) => [own ? one.weight.originalName : one.key, one]),
  );
  const matches: WeightMatch[] = [];
  const ignored: string[] = [];
  const unknown: { key: string; canonical: string }[] = [];
  for (const [key, canonical] of own ? ownKeys(keys) : canonicalKeys(keys, parameters.keys())) {
    const parameter = canonical === null ? undefined : parameters.get(canonical);
    if (canonical === null) ignored.push(key);
    else if (parameter === undefined) unknown.push({ key, canonical });
    else {
      const shape = own ? (parameter.weight.shape as number[]) : parameter.shape;
      const transposed = !own && parameter.layout !== 'same';
      matches.push({ key, parameter, tensor: weights.get(key)!, shape, transposed });
      parameters.delete(canonical);
    }
  }
  return { matches, ignored, unknown, missing: [...parameters.values()] };
}

/** Whether a tensor has the shape that the model requires. */
export function hasShape({ tensor, shape }: WeightMatch): boolean {
  return withoutOnes(tensor.shape).join() === withoutOnes(shape).join();
}

/** @throws RangeError for a tensor that holds another number of values than its shape says */
export function requireValues({ key, tensor: { shape, data } }: WeightMatch): void {
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) {
    throw new RangeError(
      `'${key}' of shape [${shape.join(', ')}] must hold ${count} values, got ${data.length}; the file is damaged.`,
    );
  }
}

/** Gives the model the tensors, which have the shapes that it requires. */
export function writeWeights(matches: readonly WeightMatch[]): void {
  for (const { parameter, tensor, transposed } of matches) {
    const { weight } = parameter;
    const values = transposed ? hwio(tensor.data, tensor.shape) : tensor.data;
    tf.tidy(() => {
      weight.write(tf.tensor(values, weight.shape as number[]));
    });
  }
}

/** Whether these are names of this project's files, `layer/weight`, which no PyTorch module has. */
function isOwn(keys: readonly string[]): boolean {
  return keys.length > 0 && keys.every((key) => key.includes('/'));
}

/** What a training remembers beside the weights, an optimiser's slots and averages, is left out. */
function ownKeys(keys: readonly string[]): ReadonlyMap<string, string | null> {
  return new Map(keys.map((key) => [key, /^(optimizer|average)\//.test(key) ? null : key]));
}

/** Batch normalisations of another epsilon would give other, worse results without any sign of it. */
function requireEpsilon(model: LayersModel, keys: readonly string[]): void {
  const required = epsilonOf(keys);
  const epsilon = partsOf(model)?.encoder.epsilon;
  if (required === undefined || epsilon === undefined || epsilon === required) return;
  const fitting = Object.entries<EncoderSpec>(encoders)
    .filter(([, spec]) => spec.epsilon === required)
    .map(([name]) => `'${name}'`);
  throw new RangeError(
    `these weights are for batch normalisation with epsilon ${required}, the model has ${epsilon}; create it with an encoder of that epsilon: ${fitting.join(', ')}, or a variant.`,
  );
}

/** Leading axes of size 1 are free where only the last is longer. */
function withoutOnes(shape: readonly number[]): readonly number[] {
  return shape.slice(0, -1).every((n) => n === 1) ? shape.slice(-1) : shape;
}
