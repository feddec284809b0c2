import { type EncoderSpec, encoders } from '@sts-net/backbones';
import * as tf from '@tensorflow/tfjs-core';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { partsOf } from '../network/model-parts.ts';
import { canonicalKeys, epsilonOf } from './canonical-keys.ts';
import { type TorchParameter, torchParameters } from './torch-parameters.ts';

/** What {@link loadTorchWeights} did with each key. */
export interface LoadedTorchWeights {
  /** Keys of the given weights that the model took. */
  readonly loaded: string[];
  /**
   * Keys that the model does not need: batch counters, classification and auxiliary heads, and for
   * PSPNet the stages of the encoder that it does not use.
   */
  readonly ignored: string[];
  /** Keys, as segmentation_models.pytorch names them, of weights that were not given and stay as they were. */
  readonly missing: string[];
}

/** Options of {@link loadTorchWeights}. */
export interface LoadTorchWeightsOptions {
  /** Weights that must be given, by their keys in segmentation_models.pytorch. @default none */
  readonly required?: RegExp;
}

/**
 * Gives a model of `createModel` the weights of a PyTorch state dict: of a model of
 * segmentation_models.pytorch (ESCA as `encoder.iaff1.conv.weight`, …; the numbered `decoder.0.…` of
 * older versions too), of torchvision's DeepLabV3, of Pytorch-UNet (`plain-unet`), or of an encoder
 * alone from torchvision, timm or segmentation_models.pytorch; under the names of wrappers, `module.`,
 * `_orig_mod.`, `model.`, too. It also takes what a file of weights of this project holds.
 *
 * timm's `efficientnet_b0` and `tf_efficientnet_b0` have the same keys: the first is for the encoder
 * `torchvision-efficientnet-b0`, the second for `efficientnet-b0`.
 *
 * All or nothing: if anything is wrong, the model is unchanged.
 *
 * @param weights by key; kernels in PyTorch's order `[out, in, height, width]`
 * @throws RangeError naming the key, if a shape is not the model's, the model has no such weight, or
 * a required one is missing
 */
export function loadTorchWeights(
  model: LayersModel,
  weights: ReadonlyMap<string, StoredTensor>,
  { required }: LoadTorchWeightsOptions = {},
): LoadedTorchWeights {
  const keys = [...weights.keys()];
  const own = isOwn(keys);
  if (!own) requireEpsilon(model, keys);
  const parameters = new Map(
    torchParameters(model).map((one) => [own ? one.weight.originalName : one.key, one]),
  );
  const loaded: [string, TorchParameter, StoredTensor][] = [];
  const ignored: string[] = [];
  const unknown: string[] = [];
  const unused = hasUnusedStages(model) ? /^encoder\./ : /$^/;
  for (const [key, canonical] of own ? ownKeys(keys) : canonicalKeys(keys)) {
    const parameter = canonical === null ? undefined : parameters.get(canonical);
    if (canonical === null) ignored.push(key);
    else if (parameter === undefined) (unused.test(canonical) ? ignored : unknown).push(key);
    else {
      const tensor = weights.get(key)!;
      requireShape(key, tensor, own ? (parameter.weight.shape as number[]) : parameter.shape);
      loaded.push([key, parameter, tensor]);
      parameters.delete(canonical);
    }
  }
  const missing = [...parameters.values()].map(({ key }) => key);
  const needed = missing.filter((key) => required?.test(key));
  if (needed.length > 0) {
    throw new RangeError(
      `${needed.length} weights that the model needs are not given, first '${needed[0]}'; take a file that was made with the same encoder.`,
    );
  }
  if (unknown.length > 0) {
    throw new RangeError(
      `the model has no weight for ${unknown.length} of ${weights.size} keys, first '${unknown[0]}'; create the model that the weights are of, or leave these keys out.`,
    );
  }
  for (const [, { weight, layout }, tensor] of loaded) {
    const values = layout === 'OIHW' && !own ? hwio(tensor) : tensor.data;
    tf.tidy(() => {
      weight.write(tf.tensor(values, weight.shape as number[]));
    });
  }
  return { loaded: loaded.map(([key]) => key), ignored, missing };
}

/** Whether these are names of this project's files, `layer/weight`, which no PyTorch module has. */
function isOwn(keys: readonly string[]): boolean {
  return keys.length > 0 && keys.every((key) => key.includes('/'));
}

/** The slots of an optimiser are no weights. */
function ownKeys(keys: readonly string[]): ReadonlyMap<string, string | null> {
  return new Map(keys.map((key) => [key, key.startsWith('optimizer/') ? null : key]));
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

/** Whether the decoder does without the deepest stages of the encoder, which weight files have. */
function hasUnusedStages(model: LayersModel): boolean {
  const parts = partsOf(model);
  const depth = parts?.decoder.depth;
  return depth !== undefined && depth < parts!.encoder.stages.length;
}

function requireShape(
  key: string,
  { shape, data }: StoredTensor,
  required: readonly number[],
): void {
  if (withoutOnes(shape).join() !== withoutOnes(required).join()) {
    throw new RangeError(
      `'${key}' must have shape [${required.join(', ')}], got [${shape.join(', ')}]; create the model with the options that the weights were made with, or leave this key out.`,
    );
  }
  const count = shape.reduce((a, b) => a * b, 1);
  if (data.length !== count) {
    throw new RangeError(
      `'${key}' of shape [${shape.join(', ')}] must hold ${count} values, got ${data.length}; the file is damaged.`,
    );
  }
}

/** A kernel in TensorFlow's order `[height, width, in, out]`. */
function hwio({ shape, data }: StoredTensor): Float32Array {
  const [outputs, inputs, height, width] = shape as [number, number, number, number];
  const area = height * width;
  const result = new Float32Array(data.length);
  for (let o = 0, from = 0; o < outputs; o++) {
    for (let i = 0; i < inputs; i++) {
      for (let p = 0; p < area; p++, from++) {
        result[(p * inputs + i) * outputs + o] = data[from]!;
      }
    }
  }
  return result;
}

/** Leading axes of size 1 are free where only the last is longer. */
function withoutOnes(shape: readonly number[]): readonly number[] {
  return shape.slice(0, -1).every((n) => n === 1) ? shape.slice(-1) : shape;
}
