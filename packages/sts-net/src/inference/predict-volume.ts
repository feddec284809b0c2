import { stackSlices, type Volume } from '@sts-net/volume-io';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { EdgeName, NormalizationConfig } from '../config/data-config.ts';
import { asFloat32, samplesOf } from '../data/case-store.ts';
import { normalizationFor } from '../data/normalization.ts';
import { resizeLabels } from '../data/resize-labels.ts';
import { resizeImagePlanes } from '../data/resize-planes.ts';
import type { Classifier } from './classifier.ts';
import { type PredictMasksOptions, predictMasks } from './predict-masks.ts';

/** How the volume becomes network input; must be as in training. */
export interface PredictVolumeOptions extends PredictMasksOptions {
  /** Axis of `[slice, row, column]` that is cut across. @default 0 */
  readonly axis?: 0 | 1 | 2;
  /** Neighbour slices on each side. @default 1 */
  readonly context?: number;
  /** @default 'triple' */
  readonly edge?: EdgeName;
  /** Height and width that slices are brought to for the network. @default their own */
  readonly size?: readonly [height: number, width: number] | undefined;
  /** @default { name: 'z-score' } */
  readonly normalization?: NormalizationConfig;
}

/**
 * The label volume that the model sees in an image, on exactly the image's grid.
 *
 * @param model logits `[batch, height, width, classes]` of 2.5D samples, or what classifies them
 * @param image any voxel type, finite intensities
 * @returns classes 0 … classes − 1 as uint8
 * @throws RangeError if the image holds NaN, infinity or (for z-score) nothing but one intensity.
 */
export async function predictVolume(
  model: LayersModel | Classifier,
  image: Volume,
  options: PredictVolumeOptions = {},
): Promise<Volume<Uint8Array>> {
  const { axis = 0, context = 1, edge = 'triple', size } = options;
  const { normalization = { name: 'z-score' } } = options;
  const id = 'image';
  const own = asFloat32(image);
  const volume = size === undefined ? own : resizeImagePlanes(own, axis, size);
  const masks = await predictMasks(
    model,
    {
      samples: samplesOf(volume, { axis, context, edge, normalization }, { id, group: id }),
      normalization: normalizationFor(volume, normalization, 2 * context + 1, id),
    },
    options,
  );
  const [height, width] = image.voxels.shape.filter((_, i) => i !== axis) as [number, number];
  const atOwnSize =
    size === undefined ? masks : masks.map((mask) => resizeLabels(mask, [height, width]));
  return stackSlices(atOwnSize, image, { axis, context, edge });
}
