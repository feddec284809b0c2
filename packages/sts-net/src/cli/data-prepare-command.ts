import { join } from 'node:path';
import { type DatasetName, datasets, type PreparedDataset, prepareDataset } from '@sts-net/datasets';
import { checkNewFolder } from '@sts-net/datasets/files';
import type { CommandDef } from 'citty';
import { command } from './command.ts';
import { interruptible } from './interruption.ts';
import { countOf, numberOf } from './number-of.ts';
import { oneOf } from './one-of.ts';
import { progressLine } from './progress-line.ts';
import { someLines } from './some-lines.ts';

const names = Object.keys(datasets) as DatasetName[];

export const dataPrepareCommand: CommandDef = command({
  meta: { name: 'prepare', description: 'list the images and masks of a data set in a manifest' },
  args: {
    dataset: { type: 'positional', required: true, description: `of ${names.join(', ')}` },
    folder: { type: 'positional', required: true, description: 'the data set as it was unpacked' },
    output: { type: 'string', required: true, description: 'folder to make for manifest.jsonl' },
    image: { type: 'string', description: 'path of images in the folder: images/{id}.png' },
    mask: { type: 'string', description: 'path of their masks: masks/{id}_mask.png' },
    patient: { type: 'string', description: 'whose an image is, by its name: {patient}_*' },
    target: { type: 'string', description: 'name of what was drawn in DICOM; * for anything' },
    readers: { type: 'string', description: 'readers of LIDC-IDRI that must agree; else 2' },
    'max-share': {
      type: 'string',
      description: 'take targets below this share of the image, per cent',
    },
    'skip-empty': { type: 'boolean', description: 'leave out images without a target' },
    'group-alike': {
      type: 'boolean',
      description: 'put 2-D images that are nearly the same into one group',
    },
    'stretch-masks': {
      type: 'boolean',
      description: 'bring masks to the size of images that were resized',
    },
  },
  async run({ args }) {
    const { folder, output, image, mask, patient, target } = args;
    const spec = datasets[oneOf('dataset', args.dataset, names)];
    const share = args['max-share'];
    const maxShare =
      share && numberOf('max-share', share, 'a share above 0, up to 100', (n) => n > 0 && n <= 100);
    await checkNewFolder('--output', output);
    const line = progressLine();
    const prepared = await interruptible('nothing was written', (signal) =>
      prepareDataset(spec, folder, output, {
        ...{ image, mask, patient, target, signal },
        ...(args.readers && { readers: countOf('readers', args.readers) }),
        ...(maxShare && { maxShare }),
        skipEmpty: args['skip-empty'],
        groupAlike: args['group-alike'],
        stretchMasks: args['stretch-masks'],
        onProgress: (id, done) => line.show(`image ${done + 1}: ${id}`),
      }),
    ).finally(() => line.clear());
    process.stdout.write(text(join(output, 'manifest.jsonl'), prepared));
  },
});

function text(path: string, prepared: PreparedDataset): string {
  const { items, empty, large, duplicates, skipped } = prepared;
  const groups = new Set(items.map(({ group }) => group)).size;
  const withTarget = items.filter(({ area }) => area > 0).length;
  const lines = [
    `${path}: ${items.length} images, ${withTarget} of them with a target, in ${groups} groups`,
    ...(empty > 0 ? [`left out: ${empty} without a target`] : []),
    ...(large > 0 ? [`left out: ${large} with a larger target`] : []),
    ...someLines(
      'the same image, put into one group',
      duplicates.map((ids) => ids.join(' = ')),
    ),
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
