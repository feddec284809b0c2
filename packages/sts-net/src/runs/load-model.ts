import { existsSync, statSync } from 'node:fs';
import { channelsOf } from '@sts-net/inference';
import { loadWeights, predictionNetwork, rebuildNetwork } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { type ModelDescription, readModelFile } from './model-file.ts';
import { runFolder } from './run-folder.ts';

/** A trained network and how images become its input. */
export interface LoadedModel extends ModelDescription {
  readonly model: LayersModel;
  /** The file that the weights came from. */
  readonly path: string;
}

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /**
   * Takes the weights in place of a network made anew: one that `train` was given, with layers that
   * are not registered with TensorFlow.js.
   */
  readonly model?: LayersModel;
}

/**
 * Loads a network that `train` left; the caller disposes its `model`.
 *
 * @param path a run's folder, whose best weights are taken, or a file of weights
 * @throws Error naming the file and the cure, if it is missing, damaged or of another program;
 * UnknownLayerError for a network of one's own whose layers TensorFlow.js does not know.
 */
export async function loadModel(
  path: string,
  options: LoadModelOptions = {},
): Promise<LoadedModel> {
  const file = modelFileOf(path);
  const { description, tensors } = readModelFile(file);
  const { network, preprocessing } = description;
  const subject = `'${file}'`;
  if (options.model !== undefined) {
    // Outputs that only training has may be left out of the file.
    loadWeights(predictionNetwork(options.model), tensors, subject);
    return { model: options.model, ...description, path: file };
  }
  const model = await rebuildNetwork(network, channelsOf(preprocessing), tensors, subject);
  return { model, ...description, path: file };
}

/** The file of weights that a path stands for: in a run's folder the best. */
export function modelFileOf(path: string): string {
  if (!statSync(path, { throwIfNoEntry: false })?.isDirectory()) return path;
  const { best } = runFolder(path);
  if (existsSync(best)) return best;
  throw new RangeError(
    `'${path}' must hold the weights 'best.safetensors', but does not; train first, resume the run until its first validation, or name a file of weights`,
  );
}
