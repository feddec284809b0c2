import type { Volume } from '@sts-net/volume-io';
import { type LabelFormat, labelFormatOf, whyNotIn } from '../prediction/label-formats.ts';
import { UsageError } from './usage-error.ts';

/**
 * The format that the name of `--output` asks for.
 *
 * @throws UsageError if labels, of a 2-D image if it is flat, cannot be written under that name
 */
export function outputFormat(path: string, flat: boolean): LabelFormat {
  const format = labelFormatOf(path);
  if (flat) {
    if (format === 'png') return format;
    throw new UsageError(`--output must end in .png, because the image is 2-D, got '${path}'`);
  }
  if (format !== undefined && format !== 'png') return format;
  throw new UsageError(
    `--output must end in .nii or .nii.gz, .nrrd, .mha, rtstruct.dcm for a DICOM structure set, or .dcm for a DICOM segmentation, got '${path}'`,
  );
}

/** @throws UsageError if the image cannot have labels in that format. */
export function checkLabelFormat(
  path: string,
  format: LabelFormat,
  image: Volume,
  flat: boolean,
): void {
  const reason = whyNotIn(format, image, flat);
  if (reason !== undefined) throw new UsageError(`--output '${path}' ${reason}`);
}
