import { createVolume } from '../volume/create-volume.ts';
import type { Volume } from '../volume/volume.ts';
import { isGrey } from './is-grey.ts';
import type { RasterImage } from './raster-image.ts';

/**
 * Where 2-D images lie: columns run to the patient's left and rows to the back, as ITK has it, so that
 * pictures stay upright.
 */
export const flatAffine: readonly number[] = [-1, 0, 0, 0, 0, -1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1];

/**
 * A 2-D image as a volume, whose slices are its channels: one if it is grey, also if it is stored as
 * colours that are all grey, else red, green and blue; transparency is dropped.
 *
 * @param name what errors call it
 * @param onWarning told of an image that was turned as its EXIF orientation says
 * @throws RangeError if it has several pages, or other channels
 */
export function flatVolume(
  { pixels, pages, orientation }: RasterImage,
  name: string,
  onWarning?: (message: string) => void,
): Volume {
  if (pages > 1) {
    throw new RangeError(
      `'${name}': a 2-D image must have one page, got ${pages}; save the pages as files of their own, or as a volume`,
    );
  }
  const [rows, columns, channels] = pixels.shape as [number, number, number];
  if (channels > 4) {
    throw new RangeError(
      `'${name}': a 2-D image must be grey or red, green and blue, with or without transparency, got ${channels} channels; save the channels that count as files of their own`,
    );
  }
  if (orientation !== 1) {
    onWarning?.(
      `'${name}': was turned as its EXIF orientation ${orientation} says; a mask that was drawn on it without that lies elsewhere`,
    );
  }
  const coloured = channels >= 3 && !isGrey(pixels);
  const slices = pixels.transpose(2, 0, 1);
  return createVolume(slices.hi(coloured ? 3 : 1, rows, columns), { affine: flatAffine });
}
