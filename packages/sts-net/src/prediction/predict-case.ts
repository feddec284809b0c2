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
  /** Background included. */
  readonly classes: number;
  readonly labels: Volume<Uint8Array>;
  /** Of a class, made when it is asked for. */
  probabilities(class_: number): Volume<Float32Array>;
  /** What is found; in a 2-D image mm are pixels. */
  lesions(): readonly ListedLesion[];
}

/** Predicts an image. */
export async function predictCase(
  { predictor, preprocessing }: Pick<OpenPredictor, 'predictor' | 'preprocessing'>,
  { id, image, flat }: PredictionInput,
  { decision = {}, ...options }: PredictCaseOptions = {},
): Promise<CasePrediction> {
  const { probabilities, ...said } = flat
    ? await flatPrediction(predictor, image, { ...options, preprocessing, id })
    : await predictVolume(predictor, image, { ...options, preprocessing, id });
  const labels = said.labels(decision);
  const { classes } = predictor;
  return { classes, labels, probabilities, lesions: () => listLesions(labels, { probabilities }) };
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
