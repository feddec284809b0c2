import { validateWith } from '@sts-net/datasets/validation';
import { loadWeights, namedWeights, type StoredTensor, storedTensors } from '@sts-net/model';
import type { Optimizer, Progress } from '@sts-net/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { readSafetensorsFile, writeSafetensors } from '../weights/weight-files.ts';

/**
 * What a checkpoint file (one safetensors file) holds: the weights under `layer/weight`, for a
 * checkpoint to resume from also the optimizer's slots under `optimizer/…`, and in its metadata the
 * config and the progress.
 */
export interface Checkpoint {
  readonly config: ExperimentConfig;
  /** The folder that relative paths of the config start from. */
  readonly baseFolder: string;
  readonly progress: Progress;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const optimizerPrefix = 'optimizer/';

/** Writes a checkpoint, completely or not at all; with `optimizer`, one to resume from. */
export async function writeCheckpoint(
  path: string,
  model: LayersModel,
  { config, baseFolder, progress }: Omit<Checkpoint, 'tensors'>,
  optimizer?: Optimizer,
): Promise<void> {
  const tensors = [
    ...namedWeights(model).map(({ name, variable }) => [name, variable] as const),
    ...[...(optimizer?.state() ?? [])].map(
      ([name, tensor]) => [optimizerPrefix + name, tensor] as const,
    ),
  ];
  await writeSafetensors(path, await storedTensors(tensors), {
    format: 'sts-net checkpoint 1',
    config: JSON.stringify(config),
    baseFolder,
    progress: JSON.stringify(progress),
  });
}

/**
 * Reads a checkpoint.
 *
 * @throws Error naming the file, if it is missing, damaged or no checkpoint of this program.
 */
export function readCheckpoint(path: string): Checkpoint {
  const { tensors, metadata } = readSafetensorsFile(path);
  const { config, baseFolder, progress } = metadata;
  if (config === undefined || baseFolder === undefined || progress === undefined) {
    throw new RangeError(
      `'${path}' must be a checkpoint that \`sts-net train\` wrote, but it holds weights only; give the run's folder or its best.safetensors`,
    );
  }
  return {
    config: validateConfig(parse(config, 'config', path), path),
    baseFolder,
    progress: validateWith(progressSchema, parse(progress, 'progress', path), path),
    tensors,
  };
}

const progressSchema: z.ZodType<Progress> = z.strictObject({
  step: z.int().min(0),
  bestStep: z.int().min(0).nullable(),
  bestScore: z.number().nullable(),
});

function parse(text: string, name: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(
      `'${path}': the ${name} in its metadata must be JSON; the file is damaged, take another`,
      { cause },
    );
  }
}

/** Puts model and optimizer where the checkpoint was. */
export function restoreCheckpoint(
  { tensors, progress }: Checkpoint,
  model: LayersModel,
  optimizer: Optimizer,
  path: string,
): void {
  loadWeights(model, tensors, path);
  const slots = [...tensors].flatMap(([name, tensor]): [string, StoredTensor][] =>
    name.startsWith(optimizerPrefix) ? [[name.slice(optimizerPrefix.length), tensor]] : [],
  );
  optimizer.restore(progress.step, new Map(slots));
}
