import { Command } from '@commander-js/extra-typings';
import { type Grid, openGrid, runName } from '../grid/grid-folder.ts';
import { runGrid, runsOfJob } from '../grid/run-grid.ts';
import { LockedError } from '../locks/folder-lock.ts';
import { plural } from '../report/format.ts';
import { count, number } from './arguments.ts';
import type { LocalRun } from './grid-locally.ts';
import { Interrupted, interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { progressMode, say } from './say.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

export function gridRunCommand() {
  return new Command('run')
    .description('do one job of a grid, or all of them here')
    .argument('<dir>', 'folder of the grid')
    .option(
      '--index <number>',
      'of the job, from 0; else SLURM_ARRAY_TASK_ID, else JOB_COMPLETION_INDEX',
      number('index', 'a whole number from 0 on', (n) => Number.isSafeInteger(n) && n >= 0),
    )
    .option(
      '--per-job <count>',
      'runs of one job: of job i the runs from i · count on',
      count('per-job'),
    )
    .option('--local <count>', 'do all runs here, so many at a time', count('local'))
    .action(async (folder, { index, perJob, local }) => {
      const grid = await openGrid(folder);
      if (local === undefined)
        return runJob(grid, index ?? indexOfEnvironment(process.env), perJob ?? 1);
      if (index !== undefined || perJob !== undefined) {
        throw new UsageError('--local does all runs; --index and --per-job are for one job');
      }
      return runHere(grid, local);
    });
}

/** What the scheduler counts. */
function indexOfEnvironment(environment: NodeJS.ProcessEnv): number {
  for (const name of ['SLURM_ARRAY_TASK_ID', 'JOB_COMPLETION_INDEX']) {
    const text = environment[name];
    if (text === undefined) continue;
    if (/^\d+$/.test(text)) return Number(text);
    throw new UsageError(`${name} must be a whole number from 0 on, got '${text}'`);
  }
  throw new UsageError(
    'which job is to be done must be given by --index (or --local for all), or by a scheduler',
  );
}

/** Does the runs of a job, also those after one that fails. */
async function runJob(grid: Grid, index: number, perJob: number): Promise<void> {
  const runs = runsOfJob(grid, index, perJob);
  if (runs.length === 0) {
    const jobs = Math.ceil(grid.runs.length / perJob);
    throw new UsageError(
      `--index must be of the ${plural(jobs, 'job')}, 0 to ${jobs - 1}, got ${index}`,
    );
  }
  const { trainAndScore } = await import('../grid/train-and-score.ts');
  const line = progressLine();
  const errors: unknown[] = [];
  for (const run of runs) {
    const name = runName(grid, run);
    try {
      const isNew = await interruptible(
        `run ${run.index} is saved; start the job again and it goes on`,
        (signal) =>
          runGrid(grid, run.index, trainAndScore, {
            signal,
            onProgress: (text) => {
              line.show(`${name}: ${text}`);
              process.send?.(text);
            },
            onWarning: warnOnce(line),
          }),
      );
      line.clear();
      process.stdout.write(`run ${run.index} (${name}): ${isNew ? 'done' : 'done already'}\n`);
    } catch (error) {
      line.clear();
      if (error instanceof Interrupted) throw error;
      if (runs.length > 1) say('error', `run ${run.index} (${name}): ${(error as Error).message}`);
      errors.push(error);
    }
  }
  // What others are at is left for another start.
  const first = errors.find((error) => !(error instanceof LockedError)) ?? errors[0];
  if (first !== undefined) throw first;
}

async function runHere(grid: Grid, processes: number): Promise<void> {
  const { runLocally } = await import('./grid-locally.ts');
  const table = liveTable(grid, processes);
  let stopped: AbortSignal | undefined;
  const counts = await interruptible(
    'runs are saved; start the command again and they go on',
    (signal) => {
      stopped = signal;
      return runLocally(grid, { processes, signal, onChange: table.show });
    },
  ).finally(table.clear);
  process.stdout.write(`${counts.done} of ${plural(grid.runs.length, 'run')} done\n`);
  if (stopped?.aborted) throw stopped.reason;
  if (counts.failed > 0) {
    throw new JobsFailed(
      `${plural(counts.failed, 'run')} failed; see: sts-net grid status ${grid.folder}`,
    );
  }
  if (counts.left > 0) {
    throw new LockedError(
      `${plural(counts.left, 'run')} are left to another process; start the command again later`,
    );
  }
}

/** Some of a grid's runs failed. */
class JobsFailed extends Error {}

/** A line for each process on a terminal; elsewhere one for each run that ends. */
function liveTable(grid: Grid, processes: number) {
  const { stderr } = process;
  const mode = progressMode();
  const line = progressLine();
  const running = new Map<number, LocalRun>();
  let drawn = 0;
  let ended = 0;
  const clear = (): void => {
    if (drawn > 0) stderr.write(`\u001b[${drawn}F\u001b[0J`);
    drawn = 0;
  };
  return {
    clear,
    show: (one: LocalRun): void => {
      const { run, state, said } = one;
      if (state === 'running') running.set(run.index, one);
      else {
        running.delete(run.index);
        ended++;
        clear();
        const why = state === 'failed' && said !== '' ? `: ${said}` : '';
        const text = `run ${run.index} (${runName(grid, run)}): ${state}${why}`;
        if (mode === 'auto') stderr.write(`${text}\n`);
        else line.show(text, ended, grid.runs.length);
      }
      if (!stderr.isTTY || mode !== 'auto') return;
      clear();
      const width = (stderr.columns || 80) - 1;
      const lines = [...running.values()]
        .slice(0, processes)
        .map((own) => `  ${own.run.index}  ${runName(grid, own.run)}  ${own.said}`);
      const all = [...lines, `${ended} ended, ${grid.runs.length} in all`];
      stderr.write(all.map((text) => `${text.slice(0, width)}\n`).join(''));
      drawn = all.length;
    },
  };
}
