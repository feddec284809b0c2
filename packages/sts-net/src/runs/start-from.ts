import { resolve } from 'node:path';
import { fileDigest } from '@sts-net/datasets/files';
import { loadFittingWeights } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StartedFrom } from '../loggers/run-log.ts';
import { readWeightFile } from '../weights/weight-files.ts';
import { modelFileOf } from './load-model.ts';
import { isModelFile, parseModelFile } from './model-file.ts';

/**
 * Gives a network the weights that fit of a run, or of a file of weights of this program or of
 * PyTorch; the other layers stay as they are.
 *
 * @param path a run's folder, whose best weights are taken, or a file
 * @throws Error naming the file and the cure, if it is missing or damaged, or if nothing fits
 */
export async function startFrom(model: LayersModel, path: string): Promise<StartedFrom> {
  const file = resolve(modelFileOf(path));
  const weights = readWeightFile(file);
  // For its checksum.
  if (isModelFile(weights)) parseModelFile(weights, file);
  try {
    const { taken, anew } = loadFittingWeights(model, weights.tensors);
    return { path: file, sha256: await fileDigest(file), taken: taken.length, anew };
  } catch (cause) {
    throw new RangeError(`\`training.pretrained\`: '${file}': ${(cause as Error).message}`, {
      cause,
    });
  }
}
