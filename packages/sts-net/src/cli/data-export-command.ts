import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { type ExportedNnunet, exportNnunet } from '@sts-net/datasets';
import { checkNewFolder } from '@sts-net/datasets/files';
import { plural } from '../report/format.ts';
import { number, oneOf, someLines } from './arguments.ts';
import { interruptible } from './interruption.ts';
import { progressLine } from './progress-line.ts';

const formats = ['nnunet'] as const;

export function dataExportCommand(): CommandUnknownOpts {
  return new Command('export')
    .description('write a data set with its split as others read it')
    .argument('<format>', `of ${formats.join(', ')}`, oneOf('format', formats))
    .argument('<manifest>', 'the manifest')
    .requiredOption('--output <folder>', 'folder to make, as nnUNet_raw/Dataset501_Lesions')
    .option(
      '--classes <count>',
      'classes with the background: all but 0 is the target, unless above 2',
      number(
        'classes',
        'a whole number from 2 to 255',
        (n) => Number.isInteger(n) && n >= 2 && n <= 255,
      ),
      2,
    )
    .option('--labels <names>', 'names of the labels from 1 on: lesion,edema', (text) =>
      text.split(','),
    )
    .action(async (_, manifest, { output, ...options }) => {
      await checkNewFolder('--output', output);
      const line = progressLine();
      const warnings = new Set<string>();
      const exported = await interruptible('nothing was written', (signal) =>
        exportNnunet(manifest, output, {
          ...options,
          signal,
          onProgress: (id, done, total) => line.show(`image ${id}`, done, total),
          onWarning: (message) => warnings.add(message),
        }),
      ).finally(() => line.clear());
      process.stdout.write(text(output, exported, [...warnings]));
    });
}

function text(
  output: string,
  { training, test, hasSplits }: ExportedNnunet,
  warnings: readonly string[],
): string {
  const lines = [
    `${output}: ${plural(training, 'case')} in imagesTr, ${test} in imagesTs`,
    ...someLines('warnings', warnings),
    hasSplits
      ? 'note: after nnUNetv2_plan_and_preprocess, copy splits_final.json into the data set’s folder in nnUNet_preprocessed, and train fold 0'
      : 'note: the manifest has no validation split, so nnU-Net draws its own folds, which divide patients that have several images; see `data split --validation`',
  ];
  return `${lines.join('\n')}\n`;
}
