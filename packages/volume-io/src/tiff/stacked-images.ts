import type { TiffDirectory } from './tiff-directory.ts';
import type { TiffPage } from './tiff-page.ts';

const IMAGE_DESCRIPTION = 270;

/**
 * How many images lie one after the other behind a directory that describes the first: ImageJ writes stacks of
 * more than 4 GB so, and tifffile those that it is asked to `truncate`. 1 where the description says of no more.
 */
export function stackedImages(
  directory: TiffDirectory,
  { width, height, samples }: Pick<TiffPage, 'width' | 'height' | 'samples'>,
): number {
  const text = new TextDecoder('latin1').decode(
    directory.bytes(IMAGE_DESCRIPTION) ?? new Uint8Array(),
  );
  const [, images] = /^ImageJ=[\s\S]*?\nimages=(\d+)/.exec(text) ?? [];
  if (images !== undefined) return Math.max(1, Number(images));
  const [, shape] = /^\{"shape": \[([\d, ]+)\].*"truncated": true/.exec(text) ?? [];
  if (shape === undefined) return 1;
  const size = shape.split(',').reduce((product, length) => product * Number(length), 1);
  return Math.max(1, Math.floor(size / (width * height * samples)));
}
