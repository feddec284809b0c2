import {
  labelsOf,
  ontoGridOf,
  type ReadingOptions,
  resizeLabels,
  type Volume,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { isFlatImage, readFlatImage, readImageFile } from '../images/read-image-file.ts';
import { readLabels } from '../images/read-labels.ts';
import { areaOf, uniteMasks } from '../images/unite-masks.ts';
import type { DatasetItem } from '../kinds/dataset-spec.ts';

/** An item with its voxels. */
export interface ReadItem {
  /** The slices of a 2-D image are its channels. */
  readonly image: Volume;
  readonly flat: boolean;
  /** `[slice, row, column]`; one slice of a 2-D image. */
  readonly labels: NdArray<Uint8Array>;
  /** Pixels of the labels that are not background. */
  readonly area: number;
  /** Masks that they come from; 0 where the data set has none of the image. */
  readonly masks: number;
  /** Whether the labels are not what one file of the data set holds. */
  readonly made: boolean;
}

/** What errors call image and mask. */
const words = { subject: 'its mask', reference: 'the image' };

/**
 * Reads an item.
 *
 * @param stretch brings the mask of a 2-D image to the size of the image, where it has another
 * @throws Error if a file cannot be read, or image and mask do not belong together.
 */
export async function readItem(
  item: DatasetItem,
  stretch: boolean,
  reading: ReadingOptions,
): Promise<ReadItem> {
  const { image, flat, orientation } = await readItemImage(item, reading);
  const drawn = typeof item.mask === 'function';
  const masks = drawn
    ? [labelsOf(await item.mask(image, reading), 'whole', words)]
    : await Promise.all(
        item.mask.map((path) => readLabels(path, 'whole', { ...words, ...reading })),
      );
  const [slices, rows, columns] = image.voxels.shape as [number, number, number];
  const shape = [flat ? 1 : slices, rows, columns];
  if (masks.length === 0) {
    const none = ndarray(new Uint8Array(shape.reduce((a, b) => a * b)), shape);
    return { image, flat, labels: none, area: 0, masks: 0, made: true };
  }
  const placed = flat ? masks : masks.map((mask) => ontoGridOf(mask, image, words));
  const labels = uniteMasks(placed.map((mask) => labelsOf(mask)));
  // Files of one image may differ in what they call the target, 1 or 255.
  if (masks.length > 1)
    for (const [i, label] of labels.data.entries()) labels.data[i] = label && 255;
  if (labels.shape.join() === shape.join()) {
    const area = areaOf(labels.data);
    const made = drawn || masks.length > 1;
    return { image, flat, labels, area, masks: masks.length, made };
  }
  if (orientation >= 5 && labels.shape.join() === [1, columns, rows].join()) {
    throw new RangeError(
      `its mask must have the image's shape [${shape.join(', ')}], got [${labels.shape.join(', ')}], which the image has before it is turned by its EXIF orientation, ${orientation}; turn the mask as well, or take the orientation out of the image`,
    );
  }
  if (!(flat && stretch && labels.shape[0] === 1)) {
    throw new RangeError(
      `its mask must have the image's shape [${shape.join(', ')}], got [${labels.shape.join(', ')}]${flat ? '; if the image was resized, stretch the mask to it (`stretchMasks`)' : ''}`,
    );
  }
  const plane = resizeLabels(labels.pick(0, null, null), [rows, columns]);
  const area = areaOf(plane.data);
  return { image, flat, labels: ndarray(plane.data, shape), area, masks: masks.length, made: true };
}

async function readItemImage(
  { image }: DatasetItem,
  reading: ReadingOptions,
): Promise<{ image: Volume; flat: boolean; orientation: number }> {
  if (typeof image !== 'string') {
    return { image: await image(reading), flat: false, orientation: 1 };
  }
  if (!isFlatImage(image)) {
    return { image: await readImageFile(image, reading), flat: false, orientation: 1 };
  }
  const { volume, orientation } = await readFlatImage(image, reading);
  return { image: volume, flat: true, orientation };
}
