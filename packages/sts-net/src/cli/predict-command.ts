import { Command, type CommandUnknownOpts } from '@commander-js/extra-typings';
import type { SplitName } from '@sts-net/datasets';
import { backendOption, count, imageSize, oneOf } from './arguments.ts';
import { predictFolder, shardArgument } from './predict-folder.ts';
import { predictOne } from './predict-one.ts';
import { above0, atLeast0, mirrorAxes, openForCli, share, shares } from './prediction-arguments.ts';
import { UsageError } from './usage-error.ts';

export function predictCommand(): CommandUnknownOpts {
  return new Command('predict')
    .argument(
      '[images...]',
      'the volume: NIfTI, NRRD, MetaImage, DICOM, or the folder of a DICOM series; or PNG, JPEG, TIFF; of a network with named channels one each, as flair=a.nii.gz t1=b.nii.gz',
    )
    .option('--manifest <file>', 'all images of a manifest')
    .option('--folder <folder>', 'all images below a folder')
    .option(
      '--split <name>',
      'those of a manifest that are for this: test, validation or training',
      oneOf('split', ['test', 'validation', 'training'] as SplitName[]),
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
    .option('--probabilities', 'write the probabilities of each class beside the labels')
    .option(
      '--uncertainty',
      'write the entropy beside the labels and, of several networks or axes, their disagreement, 0 to 1',
    )
    .option(
      '--probabilities-type <type>',
      'how these are stored: float32, or uint8 with a scale, which .nii.gz and .nii have',
      oneOf('probabilities-type', ['float32', 'uint8'] as ('float32' | 'uint8')[]),
    )
    .option('--lesions <file>', 'list of the lesions to write: .csv or .json')
    .option(
      '--threshold <p>',
      'from which probability on a voxel is of a class; several, with commas between, are for one class each',
      shares('threshold'),
    )
    .option(
      '--minimum-volume <mm³>',
      'leave out smaller lesions, in pictures by pixels',
      atLeast0('minimum-volume'),
    )
    .option('--fill-holes', 'fill what lesions enclose')
    .option('--temperature <t>', 'what the logits are divided by', above0('temperature'))
    .option('--most-likely', 'the most likely class, whatever operating point the run was tuned to')
    .option(
      '--mirror <axes>',
      'average over mirror images: rows, columns or rows,columns',
      mirrorAxes,
    )
    .option('--axes', 'average over cuts along all three axes of the volume')
    .option(
      '--tile <pixels>',
      'see larger images in tiles: 512 or 512x768',
      imageSize('tile', '512 or 512x768'),
    )
    .option('--overlap <share>', 'of a tile with the next; else 0.5', share('overlap'))
    .option(...backendOption)
    .action(async (images, { model, ...options }) => {
      if (model.length === 0) throw new UsageError("option '--model' is needed; see --help");
      const { manifest, folder, lesions, split, shard, shards } = options;
      const sources = [images.length > 0, manifest !== undefined, folder !== undefined];
      if (sources.filter(Boolean).length !== 1) {
        throw new UsageError('give an image, or --manifest, or --folder');
      }
      const { probabilities, uncertainty, probabilitiesType } = options;
      if (probabilitiesType !== undefined && !probabilities && !uncertainty) {
        throw new UsageError(
          '--probabilities-type must be given with --probabilities or --uncertainty',
        );
      }
      const open = () => openForCli({ ...options, model }, options);
      if (images.length === 0) {
        if (lesions !== undefined) {
          throw new UsageError(
            '--lesions is for one image; of several, the lists are in the folder beside the labels',
          );
        }
        return predictFolder(options, open);
      }
      if (split !== undefined || shard !== undefined || shards !== undefined) {
        throw new UsageError('--split, --shard and --shards are for --manifest and --folder');
      }
      return predictOne(images, options, open);
    });
}
