import {
  type Channels,
  type Decision,
  type ListedLesion,
  listLesions,
  predictImage,
  predictVolume,
} from '@sts-net/inference';
import { createVolume, type Volume } from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
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
  readonly onProgress?: (done: number, total: number) => void;
  readonly signal?: AbortSignal;
}

/** What networks say of an image, on its own grid; of a 2-D image one slice. */
export interface CasePrediction {
  readonly labels: Volume<Uint8Array>;
  /** Of each class in turn, without the background's. */
  readonly probabilities: readonly Volume<Float32Array>[];
  /** In a 2-D image mm are pixels. */
  readonly lesions: readonly ListedLesion[];
}

/** Predicts an image, and lists what is found in it. */
export async function predictCase(
  { predictor, preprocessing }: Pick<OpenPredictor, 'predictor' | 'preprocessing'>,
  { id, image, flat }: PredictionInput,
  { decision = {}, ...options }: PredictCaseOptions = {},
): Promise<CasePrediction> {
  const said = flat
    ? await flatPrediction(predictor, image, { ...options, preprocessing, id })
    : await predictVolume(predictor, image, { ...options, preprocessing, id });
  const labels = said.labels(decision);
  const foreground = Array.from({ length: predictor.classes - 1 }, (_, i) =>
    said.probabilities(i + 1),
  );
  const lesions = listLesions(labels, { probabilities: (class_) => foreground[class_ - 1]! });
  return { labels, probabilities: foreground, lesions };
}

/** A 2-D image as a volume of one slice. */
async function flatPrediction(...given: Parameters<typeof predictImage>) {
  const said = await predictImage(...given);
  const oneSlice = <T extends Uint8Array | Float32Array>(plane: NdArray<T>) => {
    const { data, shape, stride, offset } = plane;
    return createVolume(ndarray(data, [1, ...shape], [0, ...stride], offset));
  };
  return {
    probabilities: (class_: number) => oneSlice(said.probabilities(class_)),
    labels: (decision: Decision) => oneSlice(said.labels(decision)),
  };
}
