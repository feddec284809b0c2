/** A part of a list: of `count` parts that with the number `index`, from 0. */
export interface Shard {
  readonly index: number;
  readonly count: number;
}

/** Of a list, every `count`th, from the place `index` on. */
export function ofShard<T>(values: readonly T[], { index, count }: Shard): readonly T[] {
  return values.filter((_, i) => i % count === index);
}

/**
 * The part that a scheduler gives this process: of a Slurm array or a Kubernetes Indexed Job.
 *
 * @param count how many parts there are; the scheduler's tasks are then counted from 0, else those of the
 * array in their order
 * @returns undefined outside of both
 * @throws RangeError if the number of parts is not known, or the index is not below it
 */
export function shardOfEnvironment(
  environment: Readonly<Record<string, string | undefined>>,
  count?: number,
): Shard | undefined {
  const slurm = environment['SLURM_ARRAY_TASK_ID'];
  const kubernetes = environment['JOB_COMPLETION_INDEX'];
  if (slurm !== undefined) {
    const first = Number(environment['SLURM_ARRAY_TASK_MIN'] ?? 0);
    const step = Number(environment['SLURM_ARRAY_TASK_STEP'] ?? 1);
    const last = Number(environment['SLURM_ARRAY_TASK_MAX'] ?? Number.NaN);
    const tasks = Math.floor((last - first) / step) + 1;
    // Where the number of parts is given, some of the tasks may be started again by themselves.
    const index = count === undefined ? (Number(slurm) - first) / step : Number(slurm);
    return checked({ index, count: count ?? tasks }, 'SLURM_ARRAY_TASK_ID');
  }
  if (kubernetes === undefined) return undefined;
  return checked({ index: Number(kubernetes), count: count ?? Number.NaN }, 'JOB_COMPLETION_INDEX');
}

function checked(shard: Shard, variable: string): Shard {
  const { index, count } = shard;
  if (!Number.isSafeInteger(count) || count < 1) {
    throw new RangeError(`${variable} is set, so the number of parts must be given by \`shards\``);
  }
  if (Number.isSafeInteger(index) && index >= 0 && index < count) return shard;
  throw new RangeError(
    `${variable} must be the number of one of ${count} parts, counted from 0, got ${index}; start as many tasks as there are parts`,
  );
}
