import { modelStatistics } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { TrainEvent } from '../loggers/run-log.ts';
import type { ReportRun } from '../report/index.ts';

/** What a report says of a run besides its name and scores. */
export type RunFacts = Omit<ReportRun, 'name' | 'explanation' | 'scores'>;

/**
 * Reads a run's log.
 *
 * @param size rows and columns of one training input
 */
export function runFacts(
  events: readonly TrainEvent[],
  model: LayersModel,
  size: readonly [number, number],
): RunFacts {
  const { parameters, multiplyAdds } = modelStatistics(model, { size });
  const start = events.find((event) => event.event === 'start');
  const losses = events.filter((event) => event.event === 'step');
  const validations = events.filter((event) => event.event === 'validation');
  const best = validations.findLast((one) => one.best) ?? losses.at(-1);
  return {
    parameters,
    multiplyAdds,
    amplifiedSamples: (start?.samples ?? 0) - (start?.slices ?? 0),
    trainingSeconds: secondsOf(events),
    steps: events.findLast((event) => event.event === 'start')?.steps ?? 0,
    losses: losses.map(({ step, loss }) => ({ step, loss })),
    validations: validations.map(({ step, score }) => ({ step, score })),
    validationMetric: validations.at(-1)?.metric ?? 'dice',
    bestStep: best?.step ?? 0,
  };
}

/** When an event happened, in milliseconds since 1970: the log adds it to each. */
export function timeOf(event: TrainEvent): number {
  return Date.parse((event as TrainEvent & { time: string }).time);
}

/** Time from each start to the event before the next: pauses between interruption and resumption left out. */
function secondsOf(events: readonly TrainEvent[]): number {
  return events.reduce(
    (sum, event, i) =>
      i === 0 || event.event === 'start'
        ? sum
        : sum + (timeOf(event) - timeOf(events[i - 1]!)) / 1000,
    0,
  );
}
