import type { LayersModel } from '@tensorflow/tfjs-layers';
import { writeSafetensors } from '../checkpoint/write-safetensors.ts';
import { torchStateDict } from './torch-state-dict.ts';

/**
 * Saves the weights of a model of `createModel` for PyTorch, completely or not at all: a safetensors
 * file with the keys and layouts of segmentation_models.pytorch 0.5, see `torchStateDict`. There,
 * `model.load_state_dict(safetensors.torch.load_file(path))` takes it.
 *
 * @throws Error naming the path and the cure, if it cannot be written
 */
export async function saveSafetensors(model: LayersModel, path: string): Promise<void> {
  await writeSafetensors(path, await torchStateDict(model), { format: 'pt' });
}
