import { ConfigError, validateWith } from '@sts-net/datasets/validation';
import {
  checkFinite,
  falseAlarmSchema,
  firstDifference,
  lastingPart,
  type MemoryConfig,
  progressSchema,
  type RunNormalization,
} from '@sts-net/experiment';
import {
  encodeSafetensors,
  loadWeights,
  readSafetensorsFile,
  type StoredTensor,
  storedTensors,
  weightTensors,
} from '@sts-net/model';
import type { FalseAlarmState, Progress, Training } from '@sts-net/training';
import type { CaseRecord } from './read-cases.ts';

/** Beside the tensors, what a run goes on with. */
interface RunState {
  readonly config: MemoryConfig;
  readonly cases: readonly CaseRecord[];
  /** The rules that the run began with. */
  readonly normalization: RunNormalization['rule'];
  readonly progress: Progress;
  /** Of a sampler that draws false alarms. */
  readonly falseAlarms?: FalseAlarmState | undefined;
}

/** Where to resume from. */
export interface Checkpoint extends RunState {
  /** Weights under `layer/weight`, the optimizer's state under `optimizer/…`, an average of the weights under `average/…`. */
  readonly tensors: ReadonlyMap<string, StoredTensor>;
}

const format = 'sts-net page checkpoint 1';

/**
 * A checkpoint as a safetensors file, in pieces.
 *
 * @throws RangeError if a number of it is not finite
 */
export async function encodeCheckpoint(
  run: string,
  training: Training,
  { progress, falseAlarms, ...begun }: RunState,
): Promise<readonly Uint8Array[]> {
  const tensors = await storedTensors([...weightTensors(training.model), ...training.state()]);
  checkFinite(tensors, `the checkpoint of ${run}`);
  return encodeSafetensors(tensors, {
    format,
    begun: JSON.stringify(begun),
    progress: JSON.stringify(progress),
    ...(falseAlarms && { falseAlarms: JSON.stringify(falseAlarms) }),
  });
}

/** @throws RangeError naming the run, if it is no checkpoint or damaged */
export async function readCheckpoint(run: string, file: Blob): Promise<Checkpoint> {
  const subject = `the checkpoint of '${run}'`;
  try {
    const { tensors, metadata } = readSafetensorsFile(new Uint8Array(await file.arrayBuffer()));
    if (metadata['format'] !== format) throw new RangeError(`it is no '${format}'`);
    const { begun = '', progress = '', falseAlarms } = metadata;
    return {
      ...(JSON.parse(begun) as Omit<RunState, 'progress'>),
      progress: validateWith(progressSchema, JSON.parse(progress), subject),
      ...(falseAlarms && {
        falseAlarms: validateWith(falseAlarmSchema, JSON.parse(falseAlarms), subject),
      }),
      tensors,
    };
  } catch (cause) {
    throw new RangeError(
      `${subject} cannot be read: ${(cause as Error).message}; begin anew after \`removeTraining\`, or under another \`run\``,
      { cause },
    );
  }
}

/**
 * Finds out whether a run may go on.
 *
 * @throws ConfigError naming the field or the case that is not what it was
 */
export function checkSame(
  run: string,
  before: Checkpoint,
  now: Pick<RunState, 'config' | 'cases'>,
): void {
  const remedy = 'restore it, or choose another `run`';
  const rule = now.config.preprocessing.normalization ?? before.normalization;
  const began = before.config.preprocessing.normalization ?? before.normalization;
  const path = firstDifference(
    lastingPart(withRule(before.config, began)),
    lastingPart(withRule(now.config, rule)),
  );
  if (path !== undefined) {
    throw new ConfigError(
      `cannot resume '${run}': \`config.${path}\` differs from what the run began with; ${remedy}`,
    );
  }
  const changed = changedCase(before.cases, now.cases);
  if (changed !== undefined) {
    throw new ConfigError(
      `cannot resume '${run}': its data are not what they were: ${changed}; ${remedy}`,
    );
  }
}

function withRule(config: MemoryConfig, normalization: RunNormalization['rule']): MemoryConfig {
  return {
    ...config,
    preprocessing: { ...config.preprocessing, normalization },
  } as MemoryConfig;
}

/** In words; undefined where all are the same. */
function changedCase(
  before: readonly CaseRecord[],
  now: readonly CaseRecord[],
): string | undefined {
  const current = new Map(now.map((one) => [one.id, one]));
  for (const { id, group, split, image, mask } of before) {
    const is = current.get(id);
    if (is === undefined) return `case '${id}' is gone`;
    if (is.split !== split) return `case '${id}' went from ${split} to ${is.split}`;
    if (is.group !== group) return `the group of case '${id}' was '${group}' and is '${is.group}'`;
    if (is.image !== image) return `the image of case '${id}' has another content`;
    if (is.mask !== mask) return `the mask of case '${id}' has another content`;
    current.delete(id);
  }
  const [more] = current.keys();
  if (more !== undefined) return `case '${more}' is new`;
  const order = (cases: readonly CaseRecord[]) => cases.map(({ id }) => id).join('\n');
  return order(before) === order(now) ? undefined : 'its cases come in another order';
}

/** Puts a training where the checkpoint was. */
export function restoreCheckpoint(
  run: string,
  { tensors, progress }: Checkpoint,
  training: Training,
): void {
  loadWeights(training.model, tensors, `the checkpoint of '${run}'`);
  training.restore(progress.step, tensors);
}
