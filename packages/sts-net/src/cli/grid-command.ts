import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { writeFileAtomic } from '@sts-net/datasets/files';
import { type Grid, openGrid, runName } from '../grid/grid-folder.ts';
import { gridStatus } from '../grid/grid-status.ts';
import { packageVersion } from '../program/package-version.ts';
import { durationText, largeText, plural } from '../report/format.ts';
import { formatTable } from '../tables/format-table.ts';
import { count, integer, number, resampleCount, someLines } from './arguments.ts';
import { gridRunCommand } from './grid-run-command.ts';
import { UsageError } from './usage-error.ts';

export function gridCommand(): CommandUnknownOpts {
  return new Command('grid')
    .helpCommand(false)
    .addCommand(planGridCommand())
    .addCommand(gridRunCommand())
    .addCommand(statusCommand())
    .addCommand(mergeCommand())
    .addCommand(slurmCommand())
    .addCommand(kubernetesCommand()) as CommandUnknownOpts;
}

function planGridCommand() {
  return new Command('plan')
    .description('list the trainings of a grid file; nothing is trained')
    .argument('<grid>', 'grid file (JSON)')
    .requiredOption('--output <dir>', 'new folder of the grid')
    .action(async (path, { output }) => {
      const { planGrid } = await import('../grid/plan-grid.ts');
      const grid = await planGrid(path, output);
      process.stdout.write(`${planText(grid)}\n`);
    });
}

function planText(grid: Grid): string {
  const rows = grid.rows.map(({ name }, r) => {
    const runs = grid.runs.filter(({ row }) => row === r);
    const { parameters, multiplyAdds, memory, seconds } = runs[0]!;
    return [
      `${name}${r === grid.reference ? ' (reference)' : ''}`,
      String(runs.length),
      largeText(parameters),
      largeText(multiplyAdds),
      `${(memory / 2 ** 30).toFixed(1)} GiB`,
      seconds === null ? 'depends on the data' : durationText(seconds),
    ];
  });
  const table = formatTable([
    ['row', 'runs', 'parameters', 'multiply-adds', 'memory', 'time a run'],
    ...rows,
  ]);
  return `${table}\n${plural(grid.runs.length, 'run')}, index 0 to ${grid.runs.length - 1}; memory and time are rough, for ONNX Runtime on two cores\n${grid.folder}`;
}

function statusCommand() {
  return new Command('status')
    .description('what is done, runs, failed and why, and waits')
    .argument('<dir>', 'folder of the grid')
    .action(async (folder) => {
      const grid = await openGrid(folder);
      const { runs, counts, secondsLeft } = await gridStatus(grid);
      const named = (state: string) =>
        runs
          .filter((one) => one.state === state)
          .map(
            ({ run, message }) =>
              `${run.index}: ${runName(grid, run)}${message === undefined ? '' : `: ${message}`}`,
          );
      const left =
        secondsLeft === null || secondsLeft === 0
          ? []
          : [`about ${durationText(secondsLeft)} of one process left`];
      const summary = Object.entries(counts).map(([state, number]) => `${number} ${state}`);
      const text = [
        `${plural(runs.length, 'run')}: ${summary.join(', ')}`,
        ...left,
        ...someLines('running', named('running')),
        ...someLines('failed', named('failed')),
        ...someLines('stopped', named('stopped')),
      ];
      process.stdout.write(`${text.join('\n')}\n`);
    });
}

function mergeCommand() {
  return new Command('merge')
    .description('put together what the runs found: report.html, report.csv, report.md')
    .argument('<dir>', 'folder of the grid')
    .argument('[others...]', 'further folders where runs of the same plan were done')
    .option('--seed <number>', 'of intervals and tests', integer('seed'), 0)
    .option('--resamples <count>', 'of intervals and tests', resampleCount, 10_000)
    .action(async (folder, others, options) => {
      const grid = await openGrid(folder);
      const { mergeGrid } = await import('../grid/merge-grid.ts');
      const merged = await mergeGrid(grid, others, options);
      if (merged.rows.every(({ done }) => done === 0)) {
        throw new UsageError(
          `'${folder}' must hold a run that is over, but none of its ${grid.runs.length} is; start them first`,
        );
      }
      const { gridCsv, gridMarkdown, gridNotes, scoresTable } = await import(
        '../grid/grid-tables.ts'
      );
      const { gridPage } = await import('../grid/grid-page.ts');
      await writeFileAtomic(join(folder, 'report.csv'), gridCsv(merged));
      await writeFileAtomic(join(folder, 'report.md'), gridMarkdown(merged));
      await writeFileAtomic(join(folder, 'report.html'), gridPage(merged));
      const table = formatTable(scoresTable(merged));
      process.stdout.write(
        `${table}\n${gridNotes(merged).join('\n')}\n${join(folder, 'report.html')}\n`,
      );
    });
}

function slurmCommand() {
  return new Command('slurm')
    .description('write job.sbatch, an array for sbatch')
    .argument('<dir>', 'folder of the grid')
    .option('--per-job <count>', 'runs of one task, one after the other', count('per-job'), 1)
    .option('--at-once <count>', 'tasks at a time', count('at-once'))
    .option('--time <limit>', 'of a task, as Slurm writes it', '04:00:00')
    .option('--processors <count>', 'of a task', count('processors'), 4)
    .option('--command <text>', 'how sts-net is called there', 'npx sts-net')
    .action(async (folder, { atOnce, ...options }) => {
      const grid = await openGrid(folder);
      const { slurmJob } = await import('./grid-slurm.ts');
      const path = join(folder, 'job.sbatch');
      await writeFileAtomic(
        path,
        slurmJob(grid, { ...options, ...(atOnce !== undefined && { atOnce }) }),
      );
      process.stdout.write(`submit it with: sbatch ${path}\n`);
    });
}

function kubernetesCommand() {
  return new Command('kubernetes')
    .description('write job.yaml, an Indexed Job for kubectl, and a Dockerfile')
    .argument('<dir>', 'folder of the grid')
    .option('--per-job <count>', 'runs of one pod, one after the other', count('per-job'), 1)
    .option('--at-once <count>', 'pods at a time', count('at-once'), 4)
    .option(
      '--processors <count>',
      'of a pod',
      number('processors', 'a number above 0', (n) => n > 0),
      4,
    )
    .option('--image <name>', 'with the command, as the Dockerfile makes one', 'sts-net')
    .option('--claim <name>', 'of the volume that holds the grid and its data', 'sts-net-data')
    .option('--mount-path <path>', 'where the volume is mounted', '/data')
    .option('--path <path>', 'of the grid’s folder in the volume', 'grid')
    .action(async (folder, options) => {
      const grid = await openGrid(folder);
      const { dockerfile, kubernetesJob } = await import('./grid-kubernetes.ts');
      const path = join(folder, 'job.yaml');
      await writeFileAtomic(path, kubernetesJob(grid, options));
      await writeFileAtomic(join(folder, 'Dockerfile'), dockerfile(packageVersion()));
      process.stdout.write(
        `build the image of ${join(folder, 'Dockerfile')}, then: kubectl apply -f ${path}\n`,
      );
    });
}
