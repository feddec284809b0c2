import { lesionPixels } from '../lesion/lesion-pixels.ts';
import { cropAndResize } from '../operations/crop.ts';
import { sampleSize } from '../sample/check-sample.ts';
import { between, checkRange, checkShare, type Transform } from './transform.ts';

export interface LesionCropOptions {
  /** Side of the box as a share of height and width, drawn uniformly. @default [0.4, 0.8] */
  readonly size?: readonly [smallest: number, largest: number];
  /**
   * How far the lesion may be from the middle of the box: 0 always in the middle, 1 anywhere in it,
   * so that no place is more likely than another.
   * @default 1
   */
  readonly jitter?: number;
}

/**
 * Cuts a box out and resizes it to the full size. The box holds a lesion pixel that is drawn
 * uniformly, at a place in it that is drawn too; where the box would leave the image it is moved
 * back. Without a lesion the box is drawn anywhere, so that crops say nothing about lesions.
 * @throws {RangeError} if `size` or `jitter` is out of range
 */
export function lesionCrop(options: LesionCropOptions = {}): Transform {
  const { size = [0.4, 0.8], jitter = 1 } = options;
  checkRange('lesionCrop', 'size', size, [1e-3, 1]);
  checkShare('lesionCrop', 'jitter', jitter);
  return (sample, random) => {
    const [height, width] = sampleSize('lesionCrop', sample);
    const share = between(random, size);
    const choice = random();
    const places = [random(), random()] as const;
    const pixels = lesionPixels(sample.mask, sample.ignore);
    const anchor = pixels[Math.floor(choice * pixels.length)];
    const edge = (length: number, at: number | undefined, place: number) => {
      const side = Math.max(1, Math.round(share * length));
      const room = length - side;
      if (at === undefined) return [Math.floor(place * (room + 1)), side] as const;
      // Where in the box the anchor lies: from the middle outwards by jitter.
      const within = Math.floor((0.5 + (place - 0.5) * jitter) * side);
      return [Math.min(room, Math.max(0, at - within)), side] as const;
    };
    const row = anchor === undefined ? undefined : Math.floor(anchor / width);
    const column = anchor === undefined ? undefined : anchor % width;
    const [top, rows] = edge(height, row, places[0]);
    const [left, columns] = edge(width, column, places[1]);
    const box = { top, bottom: top + rows, left, right: left + columns };
    const { image, mask } = cropAndResize(sample, box);
    return { ...sample, image, mask };
  };
}
