import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { StoredTensor } from '../bytes/stored-tensor.ts';
import { canonicalKeys } from './canonical-keys.ts';
import { torchParameters } from './torch-parameters.ts';

/**
 * Weights whose first convolution takes three channels, for a model that takes another number: for
 * one channel the sum over the three; for n, channel i mod 3 in turn, times 3 / n, so that equal
 * channels give the same result.
 *
 * Source: segmentation_models.pytorch, `in_channels`.
 */
export function adaptStem(
  model: LayersModel,
  tensors: ReadonlyMap<string, StoredTensor>,
): ReadonlyMap<string, StoredTensor> {
  const parameters = torchParameters(model);
  const stem = parameters.find(({ layout }) => layout === 'OIHW');
  const channels = stem?.shape[1];
  const keys = canonicalKeys(
    [...tensors.keys()],
    parameters.map((one) => one.key),
  );
  const key = [...tensors.keys()].find((one) => keys.get(one) === stem?.key);
  const kernel = key === undefined ? undefined : tensors.get(key);
  if (kernel?.shape.length !== 4 || kernel.shape[1] !== 3 || !channels || channels === 3) {
    return tensors;
  }
  const [outputs, , height, width] = kernel.shape as [number, number, number, number];
  const area = height * width;
  const data = new Float32Array(outputs * channels * area);
  for (let o = 0, to = 0; o < outputs; o++) {
    for (let i = 0; i < channels; i++) {
      for (let p = 0; p < area; p++, to++) {
        const value = (channel: number) => kernel.data[(o * 3 + channel) * area + p]!;
        data[to] = channels === 1 ? value(0) + value(1) + value(2) : (value(i % 3) * 3) / channels;
      }
    }
  }
  return new Map(tensors).set(key!, { shape: [outputs, channels, height, width], data });
}
