import { dirname, join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { writeFileAtomic } from '@sts-net/datasets/files';
import type { Aim } from '../tuning/operating-point.ts';
import { tuneRun } from '../tuning/tune-run.ts';
import { tuningText } from '../tuning/tuning-text.ts';
import { backendOption } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { telling } from './telling.ts';
import { UsageError } from './usage-error.ts';

export function tuneCommand(): CommandUnknownOpts {
  return new Command('tune')
    .argument(
      '<runs...>',
      'the folder of a run with a validation split; or of each fold of a cross-validation, which are tuned together',
    )
    .option(
      '--aim <name>',
      'case-dice, lesion-f1, or recall@2: the most lesions found with at most 2 false alarms a case; else lesion-f1',
      aim,
    )
    .option('--accept-data', 'tune though files of the validation cases have changed')
    .option(...backendOption)
    .action(async (folders, { aim: given, ...options }) => {
      const line = progressLine();
      const tuned = await interruptible('nothing was written', (signal) =>
        tuneRun(folders, {
          ...options,
          ...(given !== undefined && { aim: given }),
          ...telling(line),
          signal,
        }),
      ).finally(() => line.clear());
      const { tuningPage } = await import('../reporting/tuning-page.ts');
      const page = join(dirname(tuned.paths[0]!), 'operating-point.html');
      await writeFileAtomic(page, tuningPage(tuned));
      process.stdout.write(`${tuningText(tuned)}\n${page}\n`);
    });
}

function aim(text: string): Aim {
  if (text === 'case-dice' || text === 'lesion-f1') return text;
  const [, alarms] = /^recall@(\d+(?:\.\d+)?)$/.exec(text) ?? [];
  if (alarms !== undefined) return { falseAlarms: Number(alarms) };
  throw new UsageError(
    `--aim must be case-dice, lesion-f1, or recall@ and a number of false alarms, got '${text}'`,
  );
}
