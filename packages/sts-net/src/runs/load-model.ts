import { existsSync, statSync } from 'node:fs';
import { channelsOf } from '@sts-net/inference';
import { createModel, loadWeights } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { readCheckpoint } from './checkpoint.ts';
import { runFolder } from './run-folder.ts';

/** A trained network and the config it was trained with. */
export interface LoadedModel {
  readonly model: LayersModel;
  readonly config: ExperimentConfig;
  /** The folder that relative paths of the config start from. */
  readonly baseFolder: string;
  /** The file that the weights came from. */
  readonly path: string;
}

/** Options of {@link loadModel}. */
export interface LoadModelOptions {
  /** Takes the weights in place of a model made from the run's config: one that `train` was given. */
  readonly model?: LayersModel;
}

/**
 * Loads a network that `train` left; the caller disposes its `model`.
 *
 * @param path a run's folder, whose best weights are taken, or a checkpoint file
 * @throws Error naming the file and the cure, if it is missing, damaged or no checkpoint.
 */
export function loadModel(path: string, options: LoadModelOptions = {}): LoadedModel {
  const file = isFolder(path) ? runFolder(path).best : path;
  if (file !== path && !existsSync(file)) {
    throw new Error(
      `'${path}' must hold the weights 'best.safetensors', but does not; train first, resume the run until its first validation, or name a checkpoint file`,
    );
  }
  const { config, baseFolder, tensors } = readCheckpoint(file);
  const model = options.model ?? buildModel(config);
  try {
    loadWeights(model, tensors, `'${file}'`);
  } catch (error) {
    if (options.model === undefined) model.dispose();
    throw error;
  }
  return { model, config, baseFolder, path: file };
}

function isFolder(path: string): boolean {
  return statSync(path, { throwIfNoEntry: false })?.isDirectory() ?? false;
}

/** The network of a config, for slices of any size, with the weights it starts from. */
export function buildModel({
  model,
  data,
  seed,
}: Pick<ExperimentConfig, 'model' | 'data' | 'seed'>): LayersModel {
  return createModel({ ...model, seed, inputShape: [null, null, channelsOf(data)] });
}
