import { predictVolume } from '@sts-net/inference';
import { predictorOf } from '@sts-net/model';
import type { Volume } from '@sts-net/volume-io';
import { evaluateVolumes } from '../evaluation/evaluate-volumes.ts';
import type { VolumePair } from '../evaluation/measured-case.ts';
import { readLog, type TrainEvent } from '../loggers/run-log.ts';
import type { ReportRun, ReportScores } from '../report/index.ts';
import { runFacts } from '../reporting/run-facts.ts';
import { loadModel } from '../runs/load-model.ts';
import { runFolder } from '../runs/run-folder.ts';
import { train } from '../runs/train.ts';
import type { DemoCases } from './demo-cases.ts';
import type { DemoVariant } from './demo-config.ts';

export interface TrainVariantOptions {
  readonly onEvent: (event: TrainEvent) => void;
  /** Called after each slice of the test volumes. */
  readonly onPredict: (done: number, total: number) => void;
  readonly signal: AbortSignal | undefined;
}

/** A trained network's row of the report, and what it found. */
export interface TrainedVariant {
  readonly run: ReportRun & { readonly scores: ReportScores };
  /** One for each test case, in their order. */
  readonly predictions: readonly Volume<Uint8Array>[];
}

/**
 * Trains a network, or goes on where an earlier call stopped, then predicts and scores the test cases.
 *
 * @throws the signal's reason, when it aborts; the training can be gone on with.
 */
export async function trainVariant(
  { name, explanation, config }: DemoVariant,
  { test }: DemoCases,
  { onEvent, onPredict, signal }: TrainVariantOptions,
): Promise<TrainedVariant> {
  const { output } = await train(config, {
    resume: true,
    callbacks: onEvent,
    ...(signal && { signal }),
  });
  signal?.throwIfAborted();
  const events = await readLog(runFolder(output).log);
  const { model } = await loadModel(output);
  try {
    const predictor = predictorOf(model);
    const pairs: VolumePair[] = [];
    for (const {
      id,
      images: [image],
      mask,
    } of test) {
      const predicted = await predictVolume(predictor, image, {
        preprocessing: config.preprocessing,
        batchSize: config.training.batchSize,
        onProgress: onPredict,
        signal,
      });
      pairs.push({ id, prediction: predicted.labels(), truth: mask });
    }
    const { patch } = config.training;
    const [, rows = 0, columns = 0] = test[0]!.images[0].voxels.shape;
    const run = {
      name,
      explanation,
      scores: await evaluateVolumes(pairs),
      ...runFacts(events, model, patch?.size ?? [rows, columns]),
    };
    return { run, predictions: pairs.map(({ prediction }) => prediction) };
  } finally {
    model.dispose();
  }
}
