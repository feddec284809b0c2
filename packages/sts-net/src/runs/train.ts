import { resolve } from 'node:path';
import type { BackendInfo } from '@sts-net/backend';
import { predictionNetwork, predictorOf } from '@sts-net/model';
import {
  createTraining,
  hasStoppedEarly,
  newProgress,
  type Progress,
  type SelectionChoice,
  type SelectionName,
  type Training,
  trainLoop,
} from '@sts-net/training';
import { type OpenBatches, openBatches } from '../batches/batch-threads.ts';
import { CaseCache, cacheOfConfig } from '../cases/case-cache.ts';
import { withChannels } from '../cases/case-channels.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { lookAtTraining, type TrainedOn } from '../familiarity/trained-on.ts';
import { type FolderLock, lockFolder } from '../locks/folder-lock.ts';
import { RunLog, type StartedFrom, type TrainEvent } from '../loggers/run-log.ts';
import { loadPretrained } from '../pretrained/load-pretrained.ts';
import { withLossNet } from '../pretrained/with-loss-net.ts';
import { bestFiles, removeOutdone } from './best-files.ts';
import { type Checkpoint, restoreCheckpoint, writeCheckpoint } from './checkpoint.ts';
import { createLoggers } from './create-loggers.ts';
import { fileDigests, withCache, withDigests } from './data-record.ts';
import { buildModel } from './load-model.ts';
import { describeModel, writeModelFile } from './model-file.ts';
import { openRun, writeIdentity } from './open-run.ts';
import { prepareEngine } from './prepare-engine.ts';
import { type RunFolder, runFolder } from './run-folder.ts';
import { checkLength, stepsOf } from './run-length.ts';
import { type RunNormalization, runNormalization } from './run-normalization.ts';
import { seenIn } from './seen-in.ts';
import { anewText, startFrom } from './start-from.ts';
import type { RunControl, TrainOptions, TrainResult } from './train-options.ts';
import { findData, prepareData, type TrainingData, type Validated } from './training-data.ts';

/**
 * Trains as a config says and leaves in the output folder: `config.json`, `log.jsonl` (one event a
 * line), `data.json` (which cases it has, and digests of their files), `last.safetensors` and
 * `previous.safetensors` (to resume from) and `best.safetensors` (weights of the best validation
 * score; without a validation split, of the last step saved; with what prediction needs and nothing
 * of the data). The test split is not looked at.
 *
 * A run that is stopped at any moment and resumed ends with the same numbers as one that is not, on
 * the same backend. One that is finished goes on where its config has become longer.
 *
 * @throws Error naming the field or file and the cure; checkpoints written before stay as they are.
 * DataChangedError on resuming with other data, LockedError where another process trains there.
 */
export async function train(
  config: ExperimentConfig,
  options: TrainOptions = {},
): Promise<TrainResult> {
  const baseFolder = resolve(options.baseFolder ?? process.cwd());
  const given = validateConfig(config);
  const run = runFolder(resolve(baseFolder, given.output));
  const found = await findData(given, baseFolder, options.source);
  const { split, reader } = found;
  const checked = withChannels(given, Object.values(split).flat());
  const warnings: string[] = [];
  const onWarning = (message: string) => void warnings.push(message);
  const lock = await lockFolder(run.folder, onWarning);
  try {
    const { resume = false, acceptData = false } = options;
    const opened = await openRun(run, checked, found, { resume, acceptData, onWarning });
    const { preprocessing } = checked;
    const normalization = await runNormalization(
      preprocessing,
      opened.checkpoint?.normalization,
      split.training,
      reader,
    );
    const trainedOn =
      opened.checkpoint?.trainedOn ?? (await lookAtTraining(split.training, preprocessing, reader));
    const kept = cacheOfConfig(checked.data, baseFolder);
    const digests = fileDigests(split, opened.record);
    const cache = kept && new CaseCache(kept, { digests, onWarning });
    const data = await prepareData(
      { ...checked, preprocessing: { ...preprocessing, normalization: normalization.rule } },
      { split: withDigests(split, opened.record), reader, cache },
      options,
    );
    if (data.warning !== undefined) onWarning(data.warning);
    if (opened.checkpoint !== undefined) {
      const { stepsPerEpoch } = data.source;
      checkLength(opened.checkpoint, checked, stepsPerEpoch, options).forEach(onWarning);
    }
    const backend = await prepareEngine(checked.backend);
    await writeIdentity(run, checked, withCache(opened.record, kept, run.folder));
    return await runTraining(checked, options, {
      run,
      lock,
      data,
      backend,
      warnings,
      baseFolder,
      normalization,
      trainedOn,
      checkpoint: opened.checkpoint,
    });
  } finally {
    await lock.release();
  }
}

/** A run that is ready to go. */
interface ReadyRun {
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

async function runTraining(
  config: ExperimentConfig,
  options: TrainOptions,
  { run, lock, data, backend, checkpoint, warnings, baseFolder, ...ready }: ReadyRun,
): Promise<TrainResult> {
  const { callbacks = [] } = options;
  const { normalization, trainedOn } = ready;
  const ownStop = new AbortController();
  const control: RunControl = { stop: () => ownStop.abort() };
  const signal = AbortSignal.any([ownStop.signal, ...(options.signal ? [options.signal] : [])]);
  const { validation, saveEvery, pretrained, accumulate } = config.training;
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
    const { averaged } = training;
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
    const { validate } = data;
    const predictor = predictorOf(model, { freeze: false });
    const { every, patience, keep = 1 } = validation;
    let validated: Validated | undefined;
    source = openBatches(data, steps);
    await trainLoop({
      ...training,
      progress,
      signal,
      steps,
      patience,
      saveEvery,
      source,
      validateEvery: every,
      keepBest: keep,
      onStep: (record, { lesions: shown, hardNegatives }) =>
        report({
          event: 'step',
          ...record,
          ...(shown && { lesions: shown }),
          ...(hardNegatives !== undefined && { hardNegatives }),
        }),
      ...(falseAlarms && {
        look: async (stop) => {
          const { step } = progress;
          const seen = await falseAlarms.look(predictor, step, stop);
          if (seen !== undefined) await report({ event: 'look', step, ...seen });
        },
      }),
      ...(validate && {
        validate: async (stop) => {
          validated = await validate(predictor, stop);
          return validated.score;
        },
        onScore: (_, best) =>
          report({
            event: 'validation',
            step: progress.step,
            metric: nameOfScore(options.select ?? validation.metric),
            ...validated!,
            best,
          }),
        onBest: (rank) => saveWeights(bestFiles(run, rank, progress.step, keep)),
      }),
      save: async () => {
        if (validate === undefined) await averaged(() => saveWeights([run.best]));
        await lock.check();
        await writeCheckpoint(run, training!, { ...state, falseAlarms: falseAlarms?.state() });
        await removeOutdone(run, progress);
      },
    });
    const reason =
      progress.step === steps && !progress.owesValidation
        ? 'finished'
        : hasStoppedEarly(progress, patience)
          ? 'stopped early'
          : ownStop.signal.aborted
            ? 'stopped'
            : 'interrupted';
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

function nameOfScore(select: SelectionChoice): SelectionName | 'own' {
  return typeof select === 'string' ? select : 'own';
}
