import { join } from 'node:path';
import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import {
  type ConsensusName,
  consensuses,
  type DatasetName,
  datasets,
  type ImageFiles,
  type LabelMap,
  type PreparedDataset,
  prepareDataset,
} from '@sts-net/datasets';
import { checkNewFolder } from '@sts-net/datasets/files';
import { channelName, channelNameRule } from '@sts-net/datasets/validation';
import { plural } from '../report/format.ts';
import { count, integer, number, oneOf, someLines } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';
import { UsageError } from './usage-error.ts';

const names = Object.keys(datasets) as DatasetName[];
const consensusNames = Object.keys(consensuses) as ConsensusName[];

export function dataPrepareCommand(): CommandUnknownOpts {
  return new Command('prepare')
    .description('list the images and masks of a data set in a manifest')
    .argument('<dataset>', `of ${names.join(', ')}`, oneOf('dataset', names))
    .argument('<folder>', 'the data set as it was unpacked')
    .requiredOption('--output <folder>', 'folder to make for manifest.jsonl')
    .option(
      '--image <path>',
      'path of images in the folder: images/{id}.png, * for anything; of BIDS: acq-3D_FLAIR; once for each channel with its name before: flair=volumes/{id}_FLAIR.nii.gz',
      imageFiles,
    )
    .option(
      '--mask <path>',
      'path of their masks: masks/{id}_mask.png, * for several; of BIDS: label-lesion_mask',
    )
    .option(
      '--without-mask <what>',
      'what an image without a mask is: skip it, or empty: nothing of the kind is in it; else skip',
      oneOf('without-mask', ['skip', 'empty']),
    )
    .option('--patient <pattern>', 'whose an image is, by its name: {patient}_*')
    .option(
      '--target <name>',
      'name of what was drawn in DICOM, or of a label in dataset.json; * for anything',
    )
    .option(
      '--channel <names>',
      'which of several channels: their names or numbers in dataset.json, FLAIR,T1; else all',
      (text) => text.split(','),
    )
    .option(
      '--fold <number>',
      'fold of splits_final.json, from 0; else 0',
      number('fold', 'a whole number from 0 on', (n) => Number.isSafeInteger(n) && n >= 0),
    )
    .option(
      '--consensus <rule>',
      `what becomes of several masks of an image: ${consensusNames.join(', ')}; else union`,
      oneOf('consensus', consensusNames),
    )
    .option('--readers <count>', 'readers of LIDC-IDRI that must agree; else 2', count('readers'))
    .option('--map <numbers>', 'what labels become: 2=1,4=2; the others stay', labelMap)
    .option(
      '--ignore <number>',
      'number in masks, also a negative one, of what nothing counts on',
      integer('ignore'),
    )
    .option(
      '--max-share <per cent>',
      'take targets below this share of the image, per cent',
      number('max-share', 'a share above 0, up to 100', (n) => n > 0 && n <= 100),
    )
    .option('--skip-empty', 'leave out images without a target')
    .option('--group-alike', 'put 2-D images that are nearly the same into one group')
    .option('--stretch-masks', 'bring masks to the size of images that were resized')
    .action(async (dataset, folder, { output, ...options }) => {
      await checkNewFolder('--output', output);
      const line = progressLine();
      const warnings = new Set<string>();
      const prepared = await interruptible(
        'what was read is kept; give the command again and it goes on',
        (signal) =>
          prepareDataset(datasets[dataset], folder, output, {
            ...options,
            signal,
            onProgress: (id, done, total) => line.show(`image ${id}`, done, total),
            onWarning: (message) => warnings.add(message),
          }),
      ).finally(() => line.clear());
      const { consensus = 'union' } = options;
      const path = join(output, 'manifest.jsonl');
      process.stdout.write(text(path, prepared, consensus, [...warnings]));
    });
}

/** One path, or with each further `name=path` one channel more. */
function imageFiles(text: string, before: ImageFiles | undefined): ImageFiles {
  const [, name, path] = /^([^/\\=,{}]*)=(.+)$/.exec(text) ?? [];
  if (name === undefined || path === undefined) {
    if (before === undefined) return text;
    throw new UsageError(
      `--image must be one path, or one of each channel with its name, as flair={id}_FLAIR.nii.gz, got '${text}' beside another`,
    );
  }
  if (typeof before === 'string' || (before !== undefined && Object.hasOwn(before, name))) {
    throw new UsageError(
      `--image must be given once for each channel, each with a name of its own, got '${text}' beside ${typeof before === 'string' ? `'${before}'` : `another '${name}'`}`,
    );
  }
  if (channelName.test(name)) return { ...before, [name]: path };
  throw new UsageError(`--image ${channelNameRule}, got '${name}'`);
}

/** `2=1,4=2` as a map. */
function labelMap(text: string): LabelMap {
  const pairs = text.split(',').map((pair) => /^\s*(\d+)=(\d+)\s*$/.exec(pair));
  if (pairs.includes(null)) {
    throw new UsageError(
      `--map must be stored numbers and what they become, as 2=1,4=2, got '${text}'`,
    );
  }
  return Object.fromEntries(pairs.map((pair) => [pair![1]!, Number(pair![2])]));
}

function text(
  path: string,
  prepared: PreparedDataset,
  consensus: ConsensusName,
  warnings: readonly string[],
): string {
  const { items, withoutMask, agreed, empty, large, lacking, duplicates, skipped } = prepared;
  const groups = new Set(items.map(({ group }) => group)).size;
  const withTarget = items.filter(({ area }) => area > 0).length;
  const lines = [
    `${path}: ${plural(items.length, 'image')}, ${withTarget} of them with a target, in ${plural(groups, 'group')}`,
    ...(withoutMask > 0 ? [`without a mask, taken as without a target: ${withoutMask}`] : []),
    ...(agreed > 0 ? [`made of several masks, by ${consensus}: ${agreed}`] : []),
    ...(empty > 0 ? [`left out: ${empty} without a target`] : []),
    ...(large > 0 ? [`left out: ${large} with a larger target`] : []),
    ...[...lacking].map(([name, count]) => `without the channel ${name}: ${count}`),
    ...someLines(
      'the same image, put into one group',
      duplicates.map((ids) => ids.join(' = ')),
    ),
    ...someLines('warnings', warnings),
    ...someLines(
      'skipped',
      skipped.map(({ skipped: name, reason }) => `${name}: ${reason}`),
    ),
    ...(items.every(({ group, id, spacing }) => spacing === null && group === id)
      ? [
          'note: each image is a group of its own; if patients have several images, tell them apart by --patient, or a split divides patients',
        ]
      : []),
  ];
  return `${lines.join('\n')}\n`;
}
