import { existsSync, statSync } from 'node:fs';
import { channelsOf, type Preprocessing } from '@sts-net/inference';
import { createModel, loadWeights, predictionNetwork, withoutInitialValues } from '@sts-net/model';
import { io } from '@tensorflow/tfjs-core';
import { type LayersModel, loadLayersModel } from '@tensorflow/tfjs-layers';
import type { ExperimentConfig } from '../config/experiment-config.ts';
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

/** The network was given in code and holds a layer that is not known here. */
export class UnknownLayerError extends RangeError {
  readonly path: string;
  /** The layer's class. */
  readonly layer: string;

  constructor(path: string, layer: string, options: ErrorOptions) {
    super(
      `'${path}' holds a network of one's own with a layer '${layer}', which is not registered; register its class (\`serialization.registerClass\`) or hand the network in as \`model\``,
      options,
    );
    this.path = path;
    this.layer = layer;
  }
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
  const model = options.model ?? (await networkOf(description, file));
  try {
    // Outputs that only training has may be left out of the file.
    loadWeights(predictionNetwork(model), tensors, `'${file}'`);
  } catch (error) {
    if (options.model === undefined) model.dispose();
    throw error;
  }
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

async function networkOf(
  { network, preprocessing }: ModelDescription,
  path: string,
): Promise<LayersModel> {
  if (!('topology' in network)) {
    return withoutInitialValues(() => createFrom(network, preprocessing));
  }
  const modelTopology = network.topology as io.ModelJSON['modelTopology'];
  try {
    return await loadLayersModel(io.fromMemory({ modelTopology }));
  } catch (cause) {
    const [, layer] = /Unknown layer: (\S+?)\./.exec((cause as Error).message) ?? [];
    if (layer === undefined) {
      throw new RangeError(
        `'${path}': the network that it describes must be one of TensorFlow.js, but cannot be made (${(cause as Error).message}); the file is damaged, take another`,
        { cause },
      );
    }
    throw new UnknownLayerError(path, layer, { cause });
  }
}

/** The network of a config, for slices of any size, with the weights it starts from. */
export function buildModel({
  model,
  preprocessing,
  seed,
}: Pick<ExperimentConfig, 'model' | 'preprocessing' | 'seed'>): LayersModel {
  return createFrom(model, preprocessing, seed);
}

function createFrom(
  settings: ExperimentConfig['model'],
  preprocessing: Preprocessing,
  seed = 0,
): LayersModel {
  return createModel({ ...settings, seed, inputShape: [null, null, channelsOf(preprocessing)] });
}
