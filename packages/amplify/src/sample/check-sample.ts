import type { Sample } from './sample.ts';

/** Height and width of a sample, after checking that image and mask agree. */
export function sampleSize(
  subject: string,
  { id, image, mask, keepsZero }: Sample,
): [number, number] {
  const [height, width] = image.shape as [number, number, number];
  if (image.shape.length !== 3 || mask.shape.length !== 2) {
    throw new RangeError(
      `\`${subject}\`: sample ${id} must have an image [row, column, channel] and a mask [row, column], got [${image.shape.join(', ')}] and [${mask.shape.join(', ')}]`,
    );
  }
  if (mask.shape[0] !== height || mask.shape[1] !== width) {
    throw new RangeError(
      `\`${subject}\`: the mask of sample ${id} must have the image's height and width [${height}, ${width}], got [${mask.shape.join(', ')}]; is it the mask of another image?`,
    );
  }
  if (keepsZero !== undefined && keepsZero.length !== image.shape[2]) {
    throw new RangeError(
      `\`${subject}\`: \`keepsZero\` of sample ${id} must say yes or no for each of ${image.shape[2]} channels, got ${keepsZero.length}`,
    );
  }
  return [height, width];
}
