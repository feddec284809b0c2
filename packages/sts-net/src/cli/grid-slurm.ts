import type { Grid } from '../grid/grid-folder.ts';

export interface SlurmOptions {
  /** Runs that one task of the array does, one after the other. @default 1 */
  readonly perJob?: number;
  /** Tasks at a time. @default as many as Slurm allows */
  readonly atOnce?: number;
  /** Time limit of a task, as Slurm writes it. @default '04:00:00' */
  readonly time?: string;
  /** Processors of a task. @default 4 */
  readonly processors?: number;
  /** How the command is called. @default 'npx sts-net' */
  readonly command?: string;
}

/**
 * A script for `sbatch`: an array with a task for each job of the grid. Before its time is up a task gets a
 * signal, saves, and queues itself again.
 */
export function slurmJob(
  { folder, runs }: Grid,
  {
    perJob = 1,
    atOnce,
    time = '04:00:00',
    processors = 4,
    command = 'npx sts-net',
  }: SlurmOptions = {},
): string {
  const jobs = Math.ceil(runs.length / perJob);
  const memory = Math.ceil((1.25 * Math.max(...runs.map((run) => run.memory))) / 2 ** 20);
  return `#!/bin/bash
#SBATCH --job-name=sts-net-grid
#SBATCH --array=0-${jobs - 1}${atOnce === undefined ? '' : `%${atOnce}`}
#SBATCH --cpus-per-task=${processors}
#SBATCH --mem=${memory}M
#SBATCH --time=${time}
#SBATCH --requeue
#SBATCH --open-mode=append
#SBATCH --output=${folder}/slurm-%a.log
# 90 s before the time is up, to this shell; Node keeps SIGUSR1 for its debugger.
#SBATCH --signal=B:USR2@90

# Also where Slurm does not bind tasks to their processors.
export STS_NET_THREADS="$SLURM_CPUS_PER_TASK"
# Starts the work in the background, so that the shell can answer signals while it waits.
${command} grid run ${quoted(folder)}${perJob > 1 ? ` --per-job ${perJob}` : ''} &
work=$!
trap 'kill -USR2 "$work"' USR2
trap 'kill -TERM "$work"' TERM
wait "$work"
code=$?
# A signal ends the first wait; the work still saves.
while kill -0 "$work" 2>/dev/null; do
  wait "$work"
  code=$?
done

# Stopped after saving: again, and it goes on.
if [ "$code" -eq 75 ]; then
  scontrol requeue "\${SLURM_ARRAY_JOB_ID}_\${SLURM_ARRAY_TASK_ID}"
fi
exit "$code"
`;
}

const quoted = (text: string): string => `'${text.replaceAll("'", String.raw`'\''`)}'`;
