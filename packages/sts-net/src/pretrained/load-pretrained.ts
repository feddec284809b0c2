import { adaptStem, type LoadedTorchWeights, loadTorchWeights } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readWeightFile } from '../weights/weight-files.ts';
import { keptFile, type PretrainedOptions } from './kept-file.ts';
import { type PretrainedFile, pretrainedFiles } from './pretrained-files.ts';

/**
 * Gives the encoder of a model of `createModel` published weights. The file is downloaded once,
 * checked by its digest, and kept.
 *
 * For other than three input channels the first convolution is adapted as
 * segmentation_models.pytorch does: summed for one, repeated and scaled by 3 / n for n.
 *
 * @param weights `imagenet` for the file that `pretrainedFiles` has for the model's encoder, or a file
 * of one's own: safetensors, or what `torch.save` wrote
 * @returns which keys were loaded and which weights (decoder, attention) stay as they were
 * @throws Error naming the file and the cure; offline, where to put the file. The model is then unchanged.
 */
export async function loadPretrained(
  model: LayersModel,
  weights: 'imagenet' | PretrainedFile = 'imagenet',
  options: PretrainedOptions = {},
): Promise<LoadedTorchWeights> {
  const file = weights === 'imagenet' ? imagenetFile(model) : weights;
  const path = await keptFile(file, options);
  const tensors = adaptStem(model, readWeightFile(path).tensors);
  try {
    // Attention, which no published file has, is no part of what must be there.
    return loadTorchWeights(model, tensors, { required: /^encoder\.(?!iaff\d+\.)/ });
  } catch (cause) {
    throw new RangeError(`'${path}': ${(cause as Error).message}`, { cause });
  }
}

function imagenetFile(model: LayersModel): PretrainedFile {
  const { 'sts-net': options } = (model.getUserDefinedMetadata() ?? {}) as {
    'sts-net'?: { encoder?: string };
  };
  const encoder = options?.encoder;
  if (encoder !== undefined && Object.hasOwn(pretrainedFiles, encoder)) {
    return pretrainedFiles[encoder]!;
  }
  throw new RangeError(
    `'imagenet' weights are known for the encoders ${Object.keys(pretrainedFiles).join(', ')}, got ${encoder === undefined ? 'a model without a named encoder' : `'${encoder}'`}; name a file: { url, sha256 }.`,
  );
}
