import { access } from 'node:fs/promises';
import { validateWith } from '@sts-net/datasets/validation';
import type { NormalizationRule } from '@sts-net/inference';
import { loadWeights, type StoredTensor } from '@sts-net/model';
import type { Optimizer, Progress } from '@sts-net/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { currentForm } from '../config/earlier-config.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { type ModelDescription, parseJson, readModelFile, writeModelFile } from './model-file.ts';
import type { RunFolder } from './run-folder.ts';

/**
 * Where to resume from: a model file that holds the optimizer's slots too, under `optimizer/…`, and
 * in its metadata the run's config and progress. It stays in the run's folder.
 */
export interface Checkpoint {
  readonly config: ExperimentConfig;
  /** The rule that the run was trained with. */
  readonly normalization: NormalizationRule;
  readonly progress: Progress;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  /** The file that it was read from. */
  readonly path: string;
}

const optimizerPrefix = 'optimizer/';

/** Writes the run's checkpoint, completely or not at all, and keeps the one before. */
export async function writeCheckpoint(
  { last, previous }: RunFolder,
  model: LayersModel,
  optimizer: Optimizer,
  state: {
    readonly config: ExperimentConfig;
    readonly description: ModelDescription;
    readonly progress: Progress;
  },
): Promise<void> {
  await writeModelFile(last, model, state.description, {
    previous,
    tensors: [...optimizer.state()].map(([name, slot]) => [optimizerPrefix + name, slot] as const),
    metadata: { config: JSON.stringify(state.config), progress: JSON.stringify(state.progress) },
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
  const { config, progress } = metadata;
  if (config === undefined || progress === undefined) {
    throw new RangeError(
      `'${path}' must be a checkpoint to resume from, but holds weights only; put the run's own last.safetensors there`,
    );
  }
  return {
    config: validateConfig(currentForm(parseJson(config, 'config', path)), path),
    normalization: description.preprocessing.normalization,
    progress: validateWith(progressSchema, parseJson(progress, 'progress', path), path),
    tensors,
    path,
  };
}

const progressSchema: z.ZodType<Progress> = z.strictObject({
  step: z.int().min(0),
  bestStep: z.int().min(0).nullable(),
  bestScore: z.number().nullable(),
});

/** Puts model and optimizer where the checkpoint was. */
export function restoreCheckpoint(
  { tensors, progress, path }: Checkpoint,
  model: LayersModel,
  optimizer: Optimizer,
): void {
  loadWeights(model, tensors, path);
  const slots = [...tensors].flatMap(([name, tensor]): [string, StoredTensor][] =>
    name.startsWith(optimizerPrefix) ? [[name.slice(optimizerPrefix.length), tensor]] : [],
  );
  optimizer.restore(progress.step, new Map(slots));
}

function exists(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
