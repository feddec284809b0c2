import { resolve } from 'node:path';
import type { BackendInfo } from '@sts-net/backend';
import {
  anewText,
  buildModel,
  type RunNormalization,
  runSteps,
  stepsOf,
} from '@sts-net/experiment';
import { predictionNetwork } from '@sts-net/model';
import { createTraining, newProgress, type Progress, type Training } from '@sts-net/training';
import { type OpenBatches, openBatches } from '../batches/batch-threads.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import type { TrainedOn } from '../familiarity/trained-on.ts';
import type { FolderLock } from '../locks/folder-lock.ts';
import { RunLog, type StartedFrom, type TrainEvent } from '../loggers/run-log.ts';
import { loadPretrained } from '../pretrained/load-pretrained.ts';
import { withLossNet } from '../pretrained/with-loss-net.ts';
import { bestFiles, removeOutdone } from './best-files.ts';
import { type Checkpoint, restoreCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { createLoggers } from './create-loggers.ts';
import { describeModel, writeModelFile } from './model-file.ts';
import type { RunFolder } from './run-folder.ts';
import { seenIn } from './seen-in.ts';
import { startFrom } from './start-from.ts';
import type { RunControl, TrainOptions, TrainResult } from './train-options.ts';
import type { TrainingData } from './training-data.ts';

/** A run that is ready to go: its data found, its folder locked, its engine chosen. */
export interface ReadyRun {
  readonly run: RunFolder;
  readonly lock: FolderLock;
  readonly data: TrainingData;
  readonly backend: BackendInfo;
  readonly checkpoint: Checkpoint | undefined;
  /** What is to be said with the next event. */
  readonly warnings: string[];
  readonly baseFolder: string;
  readonly normalization: RunNormalization;
  readonly trainedOn: TrainedOn | undefined;
}

/** Trains, validates and saves until the run is finished or stopped; tells the log and the callbacks. */
export async function runTraining(
  config: ExperimentConfig,
  options: TrainOptions,
  { run, lock, data, backend, checkpoint, warnings, baseFolder, ...ready }: ReadyRun,
): Promise<TrainResult> {
  const { callbacks = [] } = options;
  const { normalization, trainedOn } = ready;
  const ownStop = new AbortController();
  const control: RunControl = { stop: () => ownStop.abort() };
  const signal = AbortSignal.any([ownStop.signal, ...(options.signal ? [options.signal] : [])]);
  const { validation, pretrained, accumulate } = config.training;
  const download = { signal, onProgress: options.onDownload };
  const loss = options.loss ?? (await withLossNet(config.training.loss, baseFolder, download));
  const model = options.model ?? buildModel(config);
  const { stepsPerEpoch } = data.source;
  const steps = stepsOf(config.training, stepsPerEpoch);
  let training: Training | undefined;
  let source: OpenBatches | undefined;
  try {
    const settings = { ...config.training, loss, parts: accumulate };
    training = createTraining(model, settings, { steps, stepsPerEpoch }, options);
    const progress: Progress = checkpoint?.progress ?? newProgress();
    let started: StartedFrom | undefined;
    const { falseAlarms } = data;
    if (checkpoint?.falseAlarms !== undefined) falseAlarms?.restore(checkpoint.falseAlarms);
    if (checkpoint !== undefined) restoreCheckpoint(checkpoint, training);
    else if (typeof pretrained === 'object' && 'path' in pretrained) {
      started = await startFrom(model, resolve(baseFolder, pretrained.path));
    } else if (pretrained !== undefined) {
      await loadPretrained(model, pretrained, download);
    }
    const log = await RunLog.open(run.log, progress);
    const loggers = createLoggers(config, run, (message) => void warnings.push(message));
    const report = async (event: TrainEvent): Promise<void> => {
      await log.append(event);
      for (const callback of [...loggers, ...[callbacks].flat()]) await callback(event, control);
      await warn(event.step);
    };
    const warn = async (step: number): Promise<void> => {
      const message = warnings.shift();
      if (message !== undefined) await report({ event: 'warning', step, message });
    };
    const { cases, slices, samples, lesions } = data;
    const { step } = progress;
    const anew = started && anewText(started);
    if (anew !== undefined) warnings.push(anew);
    await warn(step);
    await report({
      event: 'start',
      step,
      steps,
      stepsPerEpoch,
      backend,
      normalization,
      cases,
      slices,
      samples,
      lesions,
      ...(started && { pretrained: started }),
    });
    const description = describeModel(config, normalization.rule, options.model, trainedOn);
    const state = { config, description, progress };
    const saveWeights = async (paths: readonly string[]): Promise<void> => {
      await lock.check();
      const metadata = { progress: JSON.stringify(progress) };
      const network = predictionNetwork(model);
      for (const path of paths) await writeModelFile(path, network, description, { metadata });
    };
    source = openBatches(data, steps);
    const { keep = 1 } = validation;
    const select = options.select ?? validation.metric;
    const ended = await runSteps(
      {
        ...{ training, settings: config.training, data, source, steps, progress, signal },
        metric: typeof select === 'string' ? select : 'own',
      },
      {
        report,
        saveWeights: (rank) =>
          saveWeights(rank === undefined ? [run.best] : bestFiles(run, rank, progress.step, keep)),
        async saveCheckpoint() {
          await lock.check();
          await writeCheckpoint(run, training!, { ...state, falseAlarms: falseAlarms?.state() });
          await removeOutdone(run, progress);
        },
      },
    );
    const reason = ended ?? (ownStop.signal.aborted ? 'stopped' : 'interrupted');
    await report({ event: 'end', step: progress.step, reason, ...(await seenIn(run)) });
    const [best] = progress.best;
    return {
      output: run.folder,
      step: progress.step,
      finished: reason === 'finished' || reason === 'stopped early',
      bestStep: best?.step ?? null,
      bestScore: best?.score ?? null,
    };
  } finally {
    await source?.close();
    training?.dispose();
    if (options.model === undefined) model.dispose();
  }
}
