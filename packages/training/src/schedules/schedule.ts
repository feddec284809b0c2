/** How long a training is. */
export interface TrainingLength {
  readonly steps: number;
  readonly stepsPerEpoch: number;
}

/** The learning rate of a step, counted from 0. */
export type Schedule = (step: number) => number;

/**
 * What a schedule's name stands for.
 *
 * @typeParam Options what the schedule can be told, as data
 */
export interface ScheduleSpec<Options = object> {
  /** @param initial the learning rate that the optimiser is given */
  create(initial: number, length: TrainingLength, options: Options): Schedule;
}
