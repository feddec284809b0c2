import { type LabelRule, type LabelsOfOptions, labelsOf, type Volume } from '@sts-net/volume-io';
import { readMaskFile } from './read-image-file.ts';

/**
 * Reads the labels in a file by the one rule for what a label is, see `labelsOf` of
 * `@sts-net/volume-io`: a volume, or a 2-D image as one slice.
 *
 * @param rule what a label is; the default refuses what is not clearly one
 * @throws Error naming the file, if it cannot be read or holds anything else
 */
export async function readLabels(
  path: string,
  rule: LabelRule = 'whole',
  options: LabelsOfOptions = {},
): Promise<Volume<Uint8Array>> {
  const { onWarning } = options;
  const mask = await readMaskFile(path, { onWarning });
  return labelsOf(mask, rule, { subject: `'${path}'`, ...options });
}
