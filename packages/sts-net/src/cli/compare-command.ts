import { basename, resolve } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { SplitName } from '@sts-net/datasets';
import {
  checkNewFolder,
  checkWritable,
  writeFileAtomic,
  writeFolderAtomic,
} from '@sts-net/datasets/files';
import { compareFolders } from '../comparison/compare-folders.ts';
import type { CompareRunsOptions } from '../comparison/compare-runs.ts';
import type { Comparison } from '../comparison/comparison.ts';
import { comparisonFormats, comparisonText } from '../comparison/comparison-formats.ts';
import { type ScoreName, scoreNames } from '../scoring/scores.ts';
import { backendOption, integer, oneOf, resampleCount, splitName } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import {
  candidateOverlapOption,
  candidateThresholdOption,
  emptyOption,
  ignoreOption,
  labelOption,
  patientOption,
  penaltyOption,
  refuseMaskOptions,
  refuseRunOptions,
  segmentOption,
  sizesOption,
  thresholdOption,
  toleranceOption,
  truthSegmentOption,
  truthThresholdOption,
} from './scoring-arguments.ts';
import { telling } from './telling.ts';
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
    .argument(
      '<a>',
      'one method: a label volume or picture, a folder or manifest of many, or without --truth a run',
    )
    .argument('<b>', 'the other, likewise; of many named alike')
    .option('--truth <path>', 'the true one, or a folder or manifest of the true ones, named alike')
    .option('--split <name>', 'of runs: test, validation or training; else test', splitName)
    .option('--config <file>', 'of runs: config with the cases, in place of their own')
    .option('--accept-data', 'of runs: compare though files of the cases have changed')
    .option('--most-likely', 'of runs: the most likely class, whatever they were tuned to')
    .option('--names <names>', 'what to call the two: NAME,OTHER; else their folders')
    .option(
      '--probabilities-a <path>',
      'what the predictions of the first were made of, as in evaluate; runs tell their own',
    )
    .option('--probabilities-b <path>', 'the same of the second')
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
    .option(...sizesOption)
    .option(...candidateThresholdOption)
    .option(...candidateOverlapOption)
    .option('--seed <number>', 'of bootstrap and permutations', integer('seed'), 0)
    .option('--resamples <count>', 'of bootstrap and permutations', resampleCount, 10_000)
    .option('--csv <file>', 'file for the table as CSV')
    .option('--json <file>', 'file for everything, every case too, as JSON')
    .option('--markdown <file>', 'file for the table as Markdown')
    .option('--html <file>', 'file for table and cases as a page')
    .option('--output <folder>', 'folder to make for all four')
    .option(...backendOption)
    .action(async (a, b, { output, names, csv, json, markdown, html, ...options }) => {
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
      const comparison = await compareAny(a, b, { ...options, names: named });
      for (const { path, format } of wanted) {
        await writeFileAtomic(path, comparisonFormats[format](comparison));
      }
      if (output !== undefined) await writeFolder(output, comparison);
      process.stdout.write(comparisonText(comparison));
    });
}

type CompareFoldersOptions = Parameters<typeof compareFolders>[1];

type Given = Omit<CompareFoldersOptions, 'probabilities' | 'signal'> &
  Pick<CompareRunsOptions, 'config' | 'backend'> & {
    readonly truth?: string;
    readonly split?: SplitName;
    readonly acceptData?: true;
    readonly mostLikely?: true;
    readonly probabilitiesA?: string;
    readonly probabilitiesB?: string;
  };

/** Files or folders against a truth, or without one runs on a split. */
async function compareAny(a: string, b: string, given: Given): Promise<Comparison> {
  const { truth, split, config, acceptData, mostLikely, backend, ...own } = given;
  const { probabilitiesA, probabilitiesB, ...options } = own;
  const line = progressLine();
  if (truth === undefined) {
    const { patient, ignore, threshold, truthThreshold, segment, truthSegment, image, ...rest } =
      options;
    const masks = { patient, ignore, threshold, truthThreshold, segment, truthSegment, image };
    refuseMaskOptions({ ...masks, probabilitiesA, probabilitiesB });
    const { compareRuns } = await import('../comparison/compare-runs.ts');
    return interruptible('nothing was written', (signal) =>
      compareRuns(a, b, split ?? 'test', {
        ...{ ...rest, ...telling(line), signal, mostLikely, acceptData: acceptData === true },
        ...(config !== undefined && { config }),
        ...(backend !== undefined && { backend }),
      }),
    ).finally(() => line.clear());
  }
  const ofRuns = { split, config, acceptData, mostLikely, backend };
  refuseRunOptions(ofRuns, 'compared without --truth');
  if ((probabilitiesA === undefined) !== (probabilitiesB === undefined)) {
    throw new UsageError('give --probabilities-a and --probabilities-b, or neither');
  }
  return interruptible('nothing was written', (signal) =>
    compareFolders(
      { a, b, truth },
      {
        ...options,
        probabilities: probabilitiesA ? [probabilitiesA, probabilitiesB!] : undefined,
        signal,
        onProgress: (id, done, total) => line.show(`case ${id}`, done, total),
        onWarning: warnOnce(line),
      },
    ),
  ).finally(() => line.clear());
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
  if (one && other && one !== other && more.length === 0) return [one, other];
  throw new UsageError(
    `--names must be two names that differ, with a comma between them, got '${text}'`,
  );
}

function namesIn(text: string): readonly ScoreName[] {
  return [...new Set(text.split(','))].map(oneOf('scores', scoreNames));
}
