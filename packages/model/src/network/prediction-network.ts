import { type LayersModel, model as makeModel } from '@tensorflow/tfjs-layers';
import { partsOf, rememberParts } from './model-parts.ts';

/**
 * What of a network makes its prediction: the network up to its first output; the network itself where
 * it has one output. Layers and weights are shared, so there is nothing more to dispose.
 */
export function predictionNetwork(network: LayersModel): LayersModel {
  if (network.outputs.length === 1) return network;
  const { inputs, name } = network;
  const prediction = makeModel({ inputs, outputs: network.outputs[0]!, name });
  const parts = partsOf(network);
  if (parts !== undefined) rememberParts(prediction, parts);
  return prediction;
}
