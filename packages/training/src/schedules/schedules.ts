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

/** Half a cosine from the learning rate to the minimum over the whole training. */
export interface CosineOptions {
  readonly minimumLearningRate: number;
  /** When the rate changes. */
  readonly per: 'epoch' | 'step';
}

/** A schedule as data: its name with its options. */
export type ScheduleConfig =
  | { readonly name: 'constant' }
  | ({ readonly name: 'cosine' } & CosineOptions);

const constant: ScheduleSpec = { create: (initial) => () => initial };

/**
 * PyTorch's CosineAnnealingLR in closed form, with T_max the number of steps (or epochs) of the whole
 * training: `minimum + (initial − minimum)·(1 + cos(π·t / T_max)) / 2`.
 */
const cosine: ScheduleSpec<CosineOptions> = {
  create(initial, { steps, stepsPerEpoch }, { minimumLearningRate: minimum, per }) {
    const end = per === 'step' ? steps : Math.ceil(steps / stepsPerEpoch);
    return (step) => {
      const time = per === 'step' ? step : Math.floor(step / stepsPerEpoch);
      return minimum + ((initial - minimum) * (1 + Math.cos((Math.PI * time) / end))) / 2;
    };
  },
};

/** The schedules by name. */
export const schedules: {
  readonly [Name in ScheduleConfig['name']]: ScheduleSpec<
    Omit<Extract<ScheduleConfig, { readonly name: Name }>, 'name'>
  >;
} = { constant, cosine };

/** The schedule that a config or a spec of one's own stands for. */
export function createSchedule(
  schedule: ScheduleConfig | ScheduleSpec,
  initial: number,
  length: TrainingLength,
): Schedule {
  if (!('name' in schedule)) return schedule.create(initial, length, {});
  const spec = schedules[schedule.name] as ScheduleSpec<typeof schedule>;
  return spec.create(initial, length, schedule);
}
