import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { oihw } from './kernel-order.ts';
import { torchParameters } from './torch-parameters.ts';

/**
 * The weights of a model of `createModel` as PyTorch has them: the inverse of `loadTorchWeights`.
 *
 * Keys and shapes are those of segmentation_models.pytorch 0.5, kernels `[out, in, height, width]`,
 * ESCA's `[1, 1, k]` under `encoder.iaff1.conv.weight`, …. Batch counters (`num_batches_tracked`) are
 * not there; PyTorch does without. Nor are, for `pspnet`, the encoder's stages that it never runs:
 * `load_state_dict(…, strict=False)`.
 */
export async function torchStateDict(model: LayersModel): Promise<Map<string, StoredTensor>> {
  const entries = torchParameters(model).map(async (parameter): Promise<[string, StoredTensor]> => {
    const values = await parameter.weight.read().data<'float32'>();
    const data = parameter.layout === 'same' ? values : oihw(values, parameter.shape);
    return [parameter.key, { shape: parameter.shape, data }];
  });
  return new Map(await Promise.all(entries));
}
