import { access } from 'node:fs/promises';
import { validateWith } from '@sts-net/datasets/validation';
import { falseAlarmSchema, progressSchema } from '@sts-net/experiment';
import type { NormalizationRule, PerChannel } from '@sts-net/inference';
import { loadWeights, type StoredTensor } from '@sts-net/model';
import type { FalseAlarmState, Progress, Training } from '@sts-net/training';
import { currentForm } from '../config/earlier-config.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import type { TrainedOn } from '../familiarity/trained-on.ts';
import { type ModelDescription, parseJson, readModelFile, writeModelFile } from './model-file.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Where to resume from: a model file that holds the state of the training too, the optimizer's slots
 * under `optimizer/…` and an average of the weights under `average/…`, and in its metadata the run's
 * config and progress. It stays in the run's folder.
 */
export interface Checkpoint {
  readonly config: ExperimentConfig;
  /** The rule that the run was trained with. */
  readonly normalization: PerChannel<NormalizationRule>;
  /** What images it began with; undefined where they were not looked at. */
  readonly trainedOn: TrainedOn | undefined;
  readonly progress: Progress;
  /** Of a sampler that draws false alarms. */
  readonly falseAlarms?: FalseAlarmState | undefined;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The file that it was read from. */
  readonly path: string;
}

/** Writes the run's checkpoint, completely or not at all, and keeps the one before. */
export async function writeCheckpoint(
  { last, previous }: RunFolder,
  training: Training,
  state: {
    readonly config: ExperimentConfig;
    readonly description: ModelDescription;
    readonly progress: Progress;
    readonly falseAlarms?: FalseAlarmState | undefined;
  },
): Promise<void> {
  const { config, progress, falseAlarms } = state;
  await writeModelFile(last, training.model, state.description, {
    previous,
    tensors: training.state(),
    metadata: {
      config: JSON.stringify(config),
      progress: JSON.stringify(progress),
      ...(falseAlarms && { falseAlarms: JSON.stringify(falseAlarms) }),
    },
  });
}

/**
 * The run's last checkpoint, or the one before where that is missing or damaged; undefined where
 * there is none.
 *
 * @param onWarning told why the one before is taken
 * @throws Error naming the files, if none can be read
 */
export async function readCheckpoint(
  { last, previous }: RunFolder,
  onWarning: (message: string) => void = () => {},
): Promise<Checkpoint | undefined> {
  const errors: unknown[] = [];
  for (const path of [last, previous]) {
    if (!(await exists(path))) continue;
    try {
      const checkpoint = readCheckpointFile(path);
      for (const error of errors) {
        onWarning(`${(error as Error).message}; the checkpoint before, '${path}', is taken`);
      }
      return checkpoint;
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
  return undefined;
}

function readCheckpointFile(path: string): Checkpoint {
  const { description, tensors, metadata } = readModelFile(path);
  const { config, progress, falseAlarms } = metadata;
  if (config === undefined || progress === undefined) {
    throw new RangeError(
      `'${path}' must be a checkpoint to resume from, but holds weights only; put the run's own last.safetensors there`,
    );
  }
  return {
    config: validateConfig(currentForm(parseJson(config, 'config', path)), path),
    normalization: description.preprocessing.normalization,
    trainedOn: description.trainedOn,
    progress: validateWith(progressSchema, parseJson(progress, 'progress', path), path),
    ...(falseAlarms && {
      falseAlarms: validateWith(
        falseAlarmSchema,
        parseJson(falseAlarms, 'falseAlarms', path),
        path,
      ),
    }),
    tensors,
    path,
  };
}

/** Puts a training where the checkpoint was. */
export function restoreCheckpoint(
  { tensors, progress, path }: Checkpoint,
  training: Training,
): void {
  loadWeights(training.model, tensors, path);
  training.restore(progress.step, tensors);
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
