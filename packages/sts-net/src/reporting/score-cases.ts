import type { Case } from '@sts-net/datasets';
import { foregroundOf } from '@sts-net/inference';
import { lesionWise } from '@sts-net/metrics';
import { predictorOf } from '@sts-net/model';
import { createVolume, resampleOnto, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { type EvaluateModelOptions, evaluateModel } from '../evaluation/evaluate-model.ts';
import type { PredictedPair } from '../evaluation/predict-pairs.ts';
import type { ReportCase, ReportColumn, ReportScores } from '../report/index.ts';
import type { LoadedModel } from '../runs/load-model.ts';

/** Cases that are kept for pictures, at most. */
const pictured = 12;

/** What a report shows of a network's predictions. */
export interface ScoredCases {
  readonly scores: ReportScores;
  /** Each foreground class by itself, where there are several. */
  readonly classes: readonly ReportColumn[];
  /** The first cases, with their pictures. */
  readonly cases: readonly ReportCase[];
  /** Rows and columns of the first case's slices. */
  readonly size: readonly [number, number];
}

/** Predicts and scores cases, and keeps the first ones for pictures. */
export async function scoreCases(
  { model, network, preprocessing }: LoadedModel,
  cases: readonly Case[],
  options: Pick<EvaluateModelOptions, 'cache' | 'onProgress' | 'onWarning' | 'signal'>,
): Promise<ScoredCases> {
  const { classes } = network;
  const shown: ReportCase[] = [];
  let size: readonly [number, number] = [0, 0];
  const evaluation = await evaluateModel(predictorOf(model), { preprocessing, classes }, cases, {
    cache: options.cache,
    probabilities: false,
    ...(options.signal && { signal: options.signal }),
    ...(options.onProgress && { onProgress: options.onProgress }),
    ...(options.onWarning && { onWarning: options.onWarning }),
    onCase(one) {
      if (shown.length >= pictured) return;
      if (shown.length === 0) size = one.loaded.samples[0]!.mask.shape as [number, number];
      shown.push(reportCase(one));
    },
  });
  return {
    scores: evaluation,
    classes: evaluation.labels.map(({ label, slices, lesions }) => ({
      name: `Class ${label}`,
      explanation: 'this class alone against all others.',
      scores: { slices, lesions },
    })),
    cases: shown,
    size,
  };
}

/** On the image's own grid, as what is scored is. */
function reportCase({ id, loaded, prediction, truth }: PredictedPair): ReportCase {
  const { flat, images, grid } = loaded;
  const [found, wanted] = [foregroundOf(prediction.voxels), foregroundOf(truth.voxels)];
  return {
    id,
    flat,
    volume: resampleOnto(flat ? meanChannel(images[0]) : images[0], grid),
    truth: wanted,
    prediction: found,
    lesions: lesionWise(found, wanted, { id }),
  };
}

/** The mean of a picture's channels, `[1, row, column]`. */
function meanChannel({ voxels, affine }: Volume) {
  const [channels, rows, columns] = voxels.shape as [number, number, number];
  const grey = new Float32Array(rows * columns);
  for (let channel = 0; channel < channels; channel++) {
    for (let i = 0; i < grey.length; i++) {
      grey[i]! += voxels.get(channel, Math.floor(i / columns), i % columns) / channels;
    }
  }
  return createVolume(ndarray(grey, [1, rows, columns]), { affine });
}
