import { stepsOf } from '@sts-net/experiment';
import { createSchedule, hasStoppedEarly, type OwnTrainingParts } from '@sts-net/training';
import { ConfigError } from '../config/config-error.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import type { Checkpoint } from './checkpoint.ts';

/**
 * Finds out whether a run may go on to the length that its config has now, which may be another than
 * it began with.
 *
 * @returns what is to be said, one sentence each
 * @throws ConfigError if more steps are done
 */
export function checkLength(
  { config: before, progress }: Checkpoint,
  now: ExperimentConfig,
  stepsPerEpoch: number,
  { schedule }: Pick<OwnTrainingParts, 'schedule'>,
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
      `cannot resume '${now.output}': \`training.${field}\` must reach the ${step} steps that are done, got ${given}; raise it, or choose another \`output\``,
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
