import { availableParallelism } from 'node:os';
import { dirname, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { writeAmplified } from '../amplified/write-amplified.ts';
import { loadConfig } from '../config/validate-config.ts';
import { plural } from '../report/format.ts';
import { count, oneOf } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { warnOnce } from './warn-once.ts';

export function amplifyCommand(): CommandUnknownOpts {
  return new Command('amplify')
    .argument('<config>', 'the JSON file of the run')
    .requiredOption('--output <folder>', 'folder to make for the samples')
    .option('--format <name>', 'nifti or png', oneOf('format', ['nifti', 'png']), 'nifti')
    .option(
      '--workers <count>',
      'threads that work on it; default: one a processor',
      count('workers'),
    )
    .action(async (path, { output, format, workers = availableParallelism() }) => {
      const config = await loadConfig(path);
      const line = progressLine();
      const items = await interruptible('nothing was written', (signal) =>
        writeAmplified(config, dirname(resolve(path)), output, {
          ...{ format, workers, signal },
          onProgress: (done, total) => line.show('slices', done, total),
          onWarning: warnOnce(line),
        }),
      ).finally(() => line.clear());
      const copies = items.filter(({ source }) => source?.['operation'] !== 'none').length;
      process.stdout.write(
        `${output}: ${plural(items.length, 'sample')}, ${copies} of them amplified copies; see manifest.jsonl\n`,
      );
    });
}
