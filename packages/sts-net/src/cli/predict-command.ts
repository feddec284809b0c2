import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import { count, splitName } from './arguments.ts';
import { keptOptions } from './kept-arguments.ts';
import { predictFolder, shardArgument } from './predict-folder.ts';
import { predictOne } from './predict-one.ts';
import { openForCli, predictionOptions } from './prediction-arguments.ts';
import { UsageError } from './usage-error.ts';

export function predictCommand(): CommandUnknownOpts {
  const command = new Command('predict')
    .argument(
      '[images...]',
      'the volume: NIfTI, NRRD, MetaImage, DICOM, or the folder of a DICOM series; or PNG, JPEG, TIFF; of a network with named channels one each, as flair=a.nii.gz t1=b.nii.gz',
    )
    .option('--manifest <file>', 'all images of a manifest')
    .option('--folder <folder>', 'all images below a folder')
    .option(
      '--split <name>',
      'those of a manifest that are for this: test, validation or training',
      splitName,
    )
    .option(
      '--shard <i/n>',
      'this part of them, from 0: 0/4; else that of a Slurm array or an Indexed Job',
      shardArgument,
    )
    .option(
      '--shards <n>',
      'how many parts there are, where the scheduler says which one',
      count('shards'),
    )
    .requiredOption(
      '--model <path>',
      'folder of a run, a file of weights or an .onnx file; several times to average them',
      (path: string, before: readonly string[]) => [...before, path],
      [] as readonly string[],
    )
    .requiredOption(
      '--output <path>',
      'the labels to write: .nii, .nii.gz, .nrrd, .mha, rtstruct.dcm (DICOM RTSTRUCT) or .dcm (DICOM SEG); of a 2-D image .png; of several images a folder',
    )
    .option('--lesions <file>', 'list of the lesions to write: .csv or .json');
  const keeping = keptOptions(command);
  const predicting = predictionOptions(command);
  return command.action(async (images, { model, ...options }) => {
    if (model.length === 0) throw new UsageError("option '--model' is needed; see --help");
    const { manifest, folder, lesions, split, shard, shards, output } = options;
    const sources = [images.length > 0, manifest !== undefined, folder !== undefined];
    if (sources.filter(Boolean).length !== 1) {
      throw new UsageError('give an image, or --manifest, or --folder');
    }
    const kept = keeping();
    const open = () => openForCli({ ...predicting(), model });
    if (images.length === 0) {
      if (lesions !== undefined) {
        throw new UsageError(
          '--lesions is for one image; of several, the lists are in the folder beside the labels',
        );
      }
      return predictFolder({ ...options, ...kept }, open);
    }
    const several = { split, shard, shards, format: kept.format };
    if (Object.values(several).some((value) => value !== undefined)) {
      throw new UsageError(
        '--split, --shard, --shards and --format are for --manifest and --folder',
      );
    }
    return predictOne(images, { ...kept, output, ...(lesions !== undefined && { lesions }) }, open);
  });
}
