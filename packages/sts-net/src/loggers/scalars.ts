import type { TrainEvent } from './run-log.ts';

/** A number of a run at one of its steps. */
export interface Scalar {
  /** What it is, as `training/loss`. */
  readonly tag: string;
  readonly value: number;
}

/**
 * The numbers of an event: loss and rate of a step; the score of a validation, by class too; false alarms
 * in a slice that is trained on.
 */
export function scalarsOf(event: TrainEvent): readonly Scalar[] {
  if (event.event === 'step') {
    return [
      { tag: 'training/loss', value: event.loss },
      { tag: 'training/learning_rate', value: event.learningRate },
    ];
  }
  if (event.event === 'validation') {
    const { metric, score, classes = [] } = event;
    return [
      { tag: `validation/${metric}`, value: score },
      ...classes.map((value, i) => ({ tag: `validation/${metric}/class_${i + 1}`, value })),
    ];
  }
  if (event.event === 'look') {
    return [{ tag: 'training/false_alarms', value: event.found / event.slices }];
  }
  return [];
}
