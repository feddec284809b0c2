import { ConfigError } from '@sts-net/datasets/validation';
import {
  createSchedule,
  hasStoppedEarly,
  type OwnTrainingParts,
  type Progress,
} from '@sts-net/training';
import type { MemoryConfig } from '../config/memory-config.ts';

/** The steps of a whole training. */
export function stepsOf(
  { steps, epochs }: Pick<MemoryConfig['training'], 'steps' | 'epochs'>,
  stepsPerEpoch: number,
): number {
  return steps ?? (epochs ?? 0) * stepsPerEpoch;
}

/** What of a config says how long a run is. */
type WithLength = Pick<MemoryConfig, 'training'>;

/** What errors call a run. */
interface LengthWords {
  readonly run: string;
  /** What its caller named it by, such as `output`. */
  readonly option: string;
}

/**
 * Finds out whether a run may go on to the length that its config has now, which may be another than
 * it began with.
 *
 * @returns what is to be said, one sentence each
 * @throws ConfigError if more steps are done
 */
export function checkLength(
  { config: before, progress }: { readonly config: WithLength; readonly progress: Progress },
  now: WithLength,
  stepsPerEpoch: number,
  { schedule, run, option }: LengthWords & Pick<OwnTrainingParts, 'schedule'>,
): readonly string[] {
  const [old, steps] = [before, now].map(({ training }) => stepsOf(training, stepsPerEpoch)) as [
    number,
    number,
  ];
  const { step } = progress;
  if (steps < step) {
    const field = now.training.steps === undefined ? 'epochs' : 'steps';
    const given = field === 'steps' ? steps : `${now.training.epochs} (${steps} steps)`;
    throw new ConfigError(
      `cannot resume '${run}': \`training.${field}\` must reach the ${step} steps that are done, got ${given}; raise it, or choose another \`${option}\``,
    );
  }
  if (steps === old) return [];
  const said: string[] = [];
  const rates = [old, steps].map((length) =>
    createSchedule(schedule ?? now.training.schedule, now.training.optimizer.learningRate, {
      steps: length,
      stepsPerEpoch,
    }),
  );
  const done = Array.from({ length: step }, (_, i) => i);
  if (done.some((i) => rates[0]!(i) !== rates[1]!(i))) {
    said.push(
      `the training is ${steps} steps long, and was ${old}: its schedule depends on the length, so the ${step} steps that are done had other learning rates than a run has that is ${steps} steps long from its start`,
    );
  }
  const { patience } = now.training.validation;
  if (steps > old && hasStoppedEarly(progress, patience)) {
    said.push(
      `the run stopped early, after ${progress.sinceBest} validations without a better one, and does so again; it goes on with a larger \`training.validation.patience\``,
    );
  }
  return said;
}
