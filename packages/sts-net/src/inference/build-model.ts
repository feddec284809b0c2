import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { createModel } from '../model/index.ts';

/** The network of a config, for slices of any size, with the weights it starts from. */
export function buildModel({
  model,
  data,
  seed,
}: Pick<ExperimentConfig, 'model' | 'data' | 'seed'>): LayersModel {
  return createModel({ ...model, seed, inputShape: [null, null, 2 * data.context + 1] });
}
