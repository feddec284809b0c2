import type { Case } from '@sts-net/datasets';
import { predictorOf } from '@sts-net/model';
import { type EvaluateModelOptions, evaluateModel } from '../evaluation/evaluate-model.ts';
import type { ReportCase, ReportColumn, ReportScores } from '../report/index.ts';
import type { LoadedModel } from '../runs/load-model.ts';
import { predictedCase } from './report-case.ts';

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
      shown.push(predictedCase(one));
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
