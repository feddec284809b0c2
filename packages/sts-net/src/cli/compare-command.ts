import { basename, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import {
  checkNewFolder,
  checkWritable,
  writeFileAtomic,
  writeFolderAtomic,
} from '@sts-net/datasets/files';
import { type Comparison, compareFolders } from '../comparison/compare-folders.ts';
import { comparisonFormats, comparisonText } from '../comparison/comparison-formats.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { count, integer, oneOf } from './arguments.ts';
import { interruptible, progressLine } from './interruption.ts';
import {
  emptyOption,
  ignoreOption,
  labelOption,
  patientOption,
  penaltyOption,
  segmentOption,
  thresholdOption,
  toleranceOption,
  truthSegmentOption,
  truthThresholdOption,
} from './scoring-arguments.ts';
import { UsageError } from './usage-error.ts';
import { warnOnce } from './warn-once.ts';

const usual: readonly ScoreName[] = [
  'dice',
  'precision',
  'recall',
  'hd95',
  'assd',
  'nsd',
  'lesion-precision',
  'lesion-recall',
  'lesion-f1',
];

export function compareCommand(): CommandUnknownOpts {
  return new Command('compare')
    .argument('<a>', 'folder or manifest of one method’s label volumes or pictures')
    .argument('<b>', 'folder of the other’s, named alike')
    .requiredOption('--truth <path>', 'folder or manifest of the true ones, named alike')
    .option('--names <names>', 'what to call the two: NAME,NAME; else their folders')
    .option(...patientOption)
    .option(...labelOption)
    .option(...ignoreOption)
    .option(...thresholdOption)
    .option(...truthThresholdOption)
    .option(...segmentOption)
    .option(...truthSegmentOption)
    .option('--scores <names>', `of ${scoreNames.join()}`, namesIn, usual)
    .option('--image <path>', 'folder or manifest of the images that contours were drawn on')
    .option(...toleranceOption)
    .option(...emptyOption)
    .option(...penaltyOption)
    .option('--seed <number>', 'of bootstrap and permutations', integer('seed'), 0)
    .option('--resamples <count>', 'of bootstrap and permutations', count('resamples'), 10_000)
    .option('--csv <file>', 'file for the table as CSV')
    .option('--json <file>', 'file for everything, every case too, as JSON')
    .option('--markdown <file>', 'file for the table as Markdown')
    .option('--html <file>', 'file for table and cases as a page')
    .option('--output <folder>', 'folder to make for all four')
    .action(async (a, b, { truth, output, names, csv, json, markdown, html, ...options }) => {
      const named = methodNames(names, a, b);
      const files = [
        [csv, 'csv'],
        [json, 'json'],
        [markdown, 'md'],
        [html, 'html'],
      ] as const;
      const wanted = files.flatMap(([path, format]) => (path ? [{ path, format }] : []));
      for (const { path } of wanted) await checkWritable(path);
      if (output !== undefined) await checkNewFolder('--output', output);
      const line = progressLine();
      const comparison = await interruptible('nothing was written', (signal) =>
        compareFolders(
          { a, b, truth },
          {
            ...options,
            names: named,
            signal,
            onProgress: (id, index, total) => line.show(`case ${index + 1}/${total}: ${id}`),
            onWarning: warnOnce(line),
          },
        ),
      ).finally(() => line.clear());
      for (const { path, format } of wanted) {
        await writeFileAtomic(path, comparisonFormats[format](comparison));
      }
      if (output !== undefined) await writeFolder(output, comparison);
      process.stdout.write(comparisonText(comparison));
    });
}

function writeFolder(output: string, comparison: Comparison): Promise<void> {
  return writeFolderAtomic(output, [], async (_, writeText) => {
    for (const [format, text] of Object.entries(comparisonFormats)) {
      await writeText(`comparison.${format}`, text(comparison));
    }
  });
}

function methodNames(text: string | undefined, a: string, b: string): readonly [string, string] {
  if (text === undefined) {
    const [one, other] = [basename(resolve(a)), basename(resolve(b))];
    return one === other ? ['a', 'b'] : [one, other];
  }
  const [one, other, ...more] = text.split(',');
  if (one && other && more.length === 0) return [one, other];
  throw new UsageError(`--names must be two names with a comma between them, got '${text}'`);
}

function namesIn(text: string): readonly ScoreName[] {
  return [...new Set(text.split(','))].map(oneOf('scores', scoreNames));
}
