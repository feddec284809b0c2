import {
  type Channels,
  type CreateStore,
  type Decision,
  type ListedLesion,
  listLesions,
  predictMembers,
  type VolumePrediction,
} from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import { whatIsStrange } from '../familiarity/what-is-strange.ts';
import type { OpenPredictor } from './open-predictor.ts';

/** An image to predict. */
export interface PredictionInput {
  /** What errors call it. */
  readonly id: string;
  readonly image: Channels;
  /** Whether it is 2-D, its slices being its colours. */
  readonly flat: boolean;
}

export interface PredictCaseOptions {
  /** How probabilities become labels. @default the most likely class */
  readonly decision?: Decision;
  /** Where probabilities are kept. @default in memory */
  readonly store?: CreateStore;
  /** Told what of the image is far from what the networks were trained on. */
  readonly onWarning?: (text: string) => void;
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/**
 * What networks say of an image, on its own grid; of a 2-D image one slice. Whoever asked gives its room
 * back (`release`).
 */
export interface CasePrediction extends Omit<VolumePrediction, 'labels'> {
  readonly labels: Volume<Uint8Array>;
  /** What is found; in a 2-D image mm are pixels. */
  lesions(): readonly ListedLesion[];
}

/** Predicts an image. */
export async function predictCase(
  { members, axes, batchSize }: Pick<OpenPredictor, 'members' | 'axes' | 'batchSize'>,
  { image, ...input }: PredictionInput,
  { decision = {}, onWarning = () => {}, ...options }: PredictCaseOptions = {},
): Promise<CasePrediction> {
  const strange = members.flatMap(({ preprocessing, trainedOn }) =>
    whatIsStrange({ image, ...input }, preprocessing, trainedOn),
  );
  new Set(strange).forEach(onWarning);
  const prediction = await predictMembers(members, image, {
    ...options,
    ...input,
    axes,
    batchSize,
  });
  try {
    const labels = prediction.labels(decision);
    return { ...prediction, labels, lesions: () => listLesions(labels, { prediction }) };
  } catch (error) {
    prediction.release();
    throw error;
  }
}
