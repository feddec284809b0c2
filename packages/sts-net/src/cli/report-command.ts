import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { reportRun } from '../reporting/report-run.ts';
import { reportText } from '../reporting/report-text.ts';
import { backendOption, splitName } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { telling } from './telling.ts';

export function reportCommand(): CommandUnknownOpts {
  return new Command('report')
    .argument('<run>', 'the folder of a run, finished or not')
    .option(
      '--split <name>',
      'cases that are scored: test, validation or training; by default test, without any validation',
      splitName,
    )
    .option('--output <file>', 'the page, in place of report.html in the run’s folder')
    .option('--accept-data', 'report the run though files of its cases have changed')
    .option(...backendOption)
    .action(async (folder, options) => {
      const line = progressLine();
      const reported = await interruptible('nothing was written', (signal) =>
        reportRun(folder, {
          ...options,
          ...telling(line),
          signal,
        }),
      ).finally(() => line.clear());
      process.stdout.write(`${reportText(reported)}\n`);
    });
}
