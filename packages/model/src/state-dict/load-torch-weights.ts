import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { partsOf } from '../network/model-parts.ts';
import { hasShape, matchWeights, requireValues, writeWeights } from './match-weights.ts';

/** Heads of further outputs, which a network does without. */
const extraHeads = /^(aux_classifier|deep_supervision)\./;

/** What {@link loadTorchWeights} did with each key. */
export interface LoadedTorchWeights {
  /** Keys of the given weights that the model took. */
  readonly loaded: string[];
  /**
   * Keys that the model does not need: batch counters, classification heads, the heads of further
   * outputs that it does not have, and for PSPNet the stages of the encoder that it does not use.
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
  const { matches, ignored, unknown, missing } = matchWeights(model, weights);
  for (const match of matches) {
    if (!hasShape(match)) {
      throw new RangeError(
        `'${match.key}' must have shape [${match.shape.join(', ')}], got [${match.tensor.shape.join(', ')}]; create the model with the options that the weights were made with, or leave this key out.`,
      );
    }
    requireValues(match);
  }
  const keys = missing.map(({ key }) => key);
  const needed = keys.filter((key) => required?.test(key));
  if (needed.length > 0) {
    throw new RangeError(
      `${needed.length} weights that the model needs are not given, first '${needed[0]}'; take a file that was made with the same encoder.`,
    );
  }
  const unused = hasUnusedStages(model) ? /^encoder\./ : /$^/;
  const strange = unknown.filter(
    ({ canonical }) => !unused.test(canonical) && !extraHeads.test(canonical),
  );
  if (strange.length > 0) {
    throw new RangeError(
      `the model has no weight for ${strange.length} of ${weights.size} keys, first '${strange[0]!.key}'; create the model that the weights are of, or leave these keys out.`,
    );
  }
  writeWeights(matches);
  return {
    loaded: matches.map(({ key }) => key),
    ignored: [...ignored, ...unknown.map(({ key }) => key)],
    missing: keys,
  };
}

/** Whether the decoder does without the deepest stages of the encoder, which weight files have. */
function hasUnusedStages(model: LayersModel): boolean {
  const parts = partsOf(model);
  const depth = parts?.decoder.depth;
  return depth !== undefined && depth < parts!.encoder.stages.length;
}
