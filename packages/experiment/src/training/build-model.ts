import { channelsOf } from '@sts-net/inference';
import { createModel } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { MemoryConfig } from '../config/memory-config.ts';

/** The network of a config, for slices of any size, with the weights it starts from. */
export function buildModel({
  model,
  preprocessing,
  seed,
}: Pick<MemoryConfig, 'model' | 'preprocessing' | 'seed'>): LayersModel {
  return createModel({ ...model, seed, inputShape: [null, null, channelsOf(preprocessing)] });
}
