import { type ListedLesion, listLesions, type VolumePrediction } from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import type { ModelDescription } from '../model/model-description.ts';

/** How probabilities become labels. */
export interface DecideOptions {
  /**
   * From which probability on a voxel is of a class, 0 … 1: for all but the background, or one for each.
   * @default what the model says, else the most likely class
   */
  readonly threshold?: number | readonly number[] | undefined;
  /** Lesions that are smaller are left out, mm³: for all classes, or one for each. @default what the model says, else 0 */
  readonly smallestLesion?: number | readonly number[] | undefined;
}

/** Labels, and the list of what they mark. */
export interface Decided {
  /** 0 is background, others are indices of the model's `classes`; on the image's own grid. */
  readonly labels: Volume<Uint8Array>;
  /** Each with its centroid, in voxels and in mm. */
  readonly lesions: readonly ListedLesion[];
}

/** What probabilities come to: as was asked, else as the model says. */
export function decided(
  prediction: VolumePrediction,
  model: Pick<ModelDescription, 'threshold' | 'smallestLesion'>,
  { threshold = model.threshold, smallestLesion = model.smallestLesion }: DecideOptions,
): Decided {
  const labels = prediction.labels({ threshold, minimumVolume: smallestLesion });
  return { labels, lesions: listLesions(labels, { prediction }) };
}
