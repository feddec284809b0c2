import type { Volume } from '@sts-net/volume-io';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import ndarray, { type NdArray } from 'ndarray';
import { asFloat32 } from '../data/case-store.ts';
import { flatImage } from '../data/flat-image.ts';
import { normalizationFor } from '../data/normalization.ts';
import { resizeLabels } from '../data/resize-labels.ts';
import { resizeImagePlanes } from '../data/resize-planes.ts';
import type { Classifier } from './classifier.ts';
import { predictMasks } from './predict-masks.ts';
import type { PredictVolumeOptions } from './predict-volume.ts';

/**
 * The labels that the model sees in a 2-D image, at the image's size.
 *
 * @param channels the image's channels as slices: grey, or red, green and blue
 * @returns `[row, column]`, classes 0 … classes − 1
 * @throws RangeError if the image holds (for z-score) nothing but one intensity.
 */
export async function predictImage(
  model: LayersModel | Classifier,
  channels: Volume,
  options: Omit<PredictVolumeOptions, 'axis' | 'edge'> = {},
): Promise<NdArray<Uint8Array>> {
  const { context = 1, size, normalization = { name: 'z-score' } } = options;
  const id = 'image';
  const own = asFloat32(channels);
  const volume = size === undefined ? own : resizeImagePlanes(own, 0, size);
  const image = flatImage(volume, 2 * context + 1, id);
  const [height, width] = image.shape as [number, number];
  const mask = ndarray(new Uint8Array(height * width), [height, width]);
  const [labels] = await predictMasks(
    model,
    {
      samples: [{ id, group: id, image, mask }],
      normalization: normalizationFor(volume, normalization, 2 * context + 1, id),
    },
    options,
  );
  const [, rows, columns] = channels.voxels.shape as [number, number, number];
  return resizeLabels(labels!, [rows, columns]);
}
