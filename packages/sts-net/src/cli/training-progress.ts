import type { TrainEvent } from '../loggers/run-log.ts';

/**
 * Turns the events of a training into the text of a progress line: loss, score, rate, samples a second; and
 * steps done and in all.
 *
 * @param batchSize samples of a step
 * @param now milliseconds since any moment
 */
export function trainingProgress(
  batchSize: number,
  show: (text: string, done?: number, total?: number) => void,
  now: () => number = () => performance.now(),
): (event: TrainEvent) => void {
  let steps = 0;
  let first = { step: 0, time: 0 };
  let validation = '';
  return (event) => {
    if (event.event === 'start') {
      steps = event.steps;
      first = { step: event.step, time: now() };
      show(`${event.samples} samples, ${event.backend.name}`);
    } else if (event.event === 'validation') {
      const best = event.best ? ' (best)' : '';
      validation = `, ${event.metric} ${event.score.toFixed(4)}${best}`;
    } else if (event.event === 'step') {
      const { step, loss, learningRate } = event;
      const perStep = (now() - first.time) / 1000 / (step - first.step);
      const speed = batchSize / perStep;
      show(
        `loss ${loss.toFixed(4)}${validation}, rate ${learningRate.toPrecision(2)}, ${speed.toPrecision(3)} samples/s`,
        step,
        steps,
      );
    }
  };
}
