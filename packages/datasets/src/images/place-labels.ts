import { crop, type GridWords, ontoGridOf, type Volume, type VoxelArray } from '@sts-net/volume-io';

export interface PlaceOptions extends GridWords {
  /**
   * Whether the slices of the image are the channels of one sample, for which there is one slice of
   * labels. @default false
   */
  readonly flat?: boolean;
  /**
   * Whether image or labels are a picture (PNG, JPEG, TIFF), which does not say where it lies, so that
   * only shapes are compared. @default false
   */
  readonly placeless?: boolean;
}

/**
 * Labels, or other values, in the order of their image's voxels: where the axes are only stored in another order or
 * direction, they are brought to that of the image.
 *
 * @returns on the grid of `image`; where `flat`, of the slice of it that the labels lie in
 * @throws RangeError naming the shapes or the distance in mm, if the labels lie elsewhere
 */
export function placeLabels<T extends VoxelArray = Uint8Array>(
  labels: Volume<T>,
  image: Volume,
  { flat = false, placeless = false, ...words }: PlaceOptions = {},
): Volume<T> {
  if (!flat && !placeless) return ontoGridOf(labels, image, words);
  const [slices, rows, columns] = image.voxels.shape as [number, number, number];
  const wanted = [flat ? 1 : slices, rows, columns];
  if (placeless) {
    checkShape(labels, wanted, words);
    return labels;
  }
  // The plane of the labels may be that of any channel, such as the middle one.
  let first: unknown;
  for (let slice = 0; slice < slices; slice++) {
    const plane = crop(image, { start: [slice, 0, 0], shape: [1, rows, columns] });
    try {
      return ontoGridOf(labels, plane, words);
    } catch (error) {
      first ??= error;
    }
  }
  throw first;
}

/** @throws RangeError naming both shapes, if labels of a picture have not the `wanted` one */
export function checkShape(
  { voxels: { shape } }: Volume,
  wanted: readonly number[],
  { subject = 'the mask', reference = 'the image', remedy }: GridWords,
): void {
  if (shape.join() === wanted.join()) return;
  throw new RangeError(
    `${subject} must have the shape of ${reference}, [${wanted.join(', ')}], got [${shape.join(', ')}]${remedy === undefined ? '' : `; ${remedy}`}`,
  );
}
