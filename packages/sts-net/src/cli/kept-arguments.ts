import type { CommandUnknownOpts } from '@commander-js/extra-typings';
import { labelFormatNames } from '../prediction/label-formats.ts';
import type { KeptOptions } from '../prediction/output-folder.ts';
import { oneOf } from './arguments.ts';
import { UsageError } from './usage-error.ts';

/** What of predictions is written into files. */
export type KeptArguments = Omit<KeptOptions, 'decision'>;

const types = ['float32', 'uint8'] as const;

/**
 * Adds the options that say what of predictions is kept.
 *
 * @returns what they are given, once the command line is read; throws UsageError where that makes no sense
 */
export function keptOptions(command: CommandUnknownOpts): () => KeptArguments {
  command
    .option('--probabilities', 'write the probabilities of each class beside the labels')
    .option(
      '--uncertainty',
      'write the entropy beside the labels and, of several networks or axes, their disagreement, 0 to 1',
    )
    .option(
      '--probabilities-type <type>',
      'how these are stored: float32, or uint8 with a scale, which .nii.gz and .nii have',
      oneOf('probabilities-type', types),
    )
    .option(
      '--format <name>',
      `of labels in a folder: ${labelFormatNames.join(', ')}; seg and rtstruct are DICOM SEG and RTSTRUCT; else nii.gz, of 2-D images png`,
      oneOf('format', labelFormatNames),
    );
  return () => {
    const { probabilities, uncertainty, probabilitiesType, format } =
      command.opts() as KeptArguments;
    if (probabilitiesType !== undefined && !probabilities && !uncertainty) {
      throw new UsageError(
        '--probabilities-type must be given with --probabilities or --uncertainty',
      );
    }
    return {
      ...(probabilities && { probabilities }),
      ...(uncertainty && { uncertainty }),
      ...(probabilitiesType && { probabilitiesType }),
      ...(format && { format }),
    };
  };
}
