import {
  type LabelRule,
  type LabelsOfOptions,
  labelsOf,
  type ReadingOptions,
  type Volume,
} from '@sts-net/volume-io';
import { labelRemedy } from './label-remedy.ts';
import { type PlaceOptions, placeLabels } from './place-labels.ts';
import { drawnKind, readDrawnMask } from './read-drawn-mask.ts';
import { isFlatImage, readMaskFile } from './read-image-file.ts';

export interface ReadLabelsOptions
  extends LabelsOfOptions,
    Pick<PlaceOptions, 'flat' | 'placeless'> {
  /**
   * The image, on whose grid the labels are wanted; see `placeLabels` for what must then fit.
   * @default the grid of the file
   */
  readonly like?: Volume | undefined;
  /** What errors call the image. @default 'the image' */
  readonly reference?: string;
  /**
   * Of a DICOM segmentation or structure set, which segment or region: its number, or its label; `'each'` is every
   * one as the label of its number.
   * @default the only one
   */
  readonly segment?: string | undefined;
  /** Of the file, before its numbers are looked at. @default warnings are given to `onWarning`, too */
  readonly reading?: ReadingOptions;
}

/**
 * Reads the labels in a file by the one rule for what a label is, see `labelsOf` of
 * `@sts-net/volume-io`: a volume, a 2-D image as one slice, or what was drawn in a DICOM segmentation or
 * structure set, which is placed on `like` by its position.
 *
 * @param rule what a label is, or what tells it of the mask; the default refuses what is not clearly one
 * @throws Error naming the file, if it cannot be read, holds anything else, or does not lie on `like`
 */
export async function readLabels(
  path: string,
  rule: LabelRule | ((mask: Volume) => LabelRule) = 'whole',
  options: ReadLabelsOptions = {},
): Promise<Volume<Uint8Array>> {
  const { like, reference = 'the image', segment, flat, placeless, ...given } = options;
  const { reading = { onWarning: given.onWarning }, ...wording } = given;
  const words = { subject: `'${path}'`, remedy: labelRemedy, ...wording };
  const kind = await drawnKind(path);
  const isDrawn = kind !== undefined;
  const mask = isDrawn
    ? await readDrawnMask(path, kind, { like, segment, ...reading })
    : await readMaskFile(path, reading);
  const labels = labelsOf(mask, typeof rule === 'function' ? rule(mask) : rule, words);
  if (like === undefined || isDrawn) return labels;
  return placeLabels(labels, like, {
    subject: words.subject,
    reference,
    flat: flat ?? false,
    placeless: placeless === true || isFlatImage(path),
  });
}
