import type { ImageShape, Predictor } from './predictor.ts';
import { tiled } from './tiled.ts';

/** A network may take a quarter of the memory, and no more than this, in bytes. */
const mostMemory = 3 * 2 ** 30;

/** Bytes for each pixel of a network whose layers are not known here. */
export const unknownPixelBytes = 2048;

/** Images that go through a network together: more bring nothing. */
const mostTogether = 16;
const mostPixels = 2 ** 20;

/** What a network may take where there is so much memory, both in bytes. */
export function networkBudget(memory: number): number {
  return Math.min(memory / 4, mostMemory);
}

/** How many images of a size go through a network together. */
export function imagesTogether(
  [height, width]: readonly [number, number],
  bytes: number,
  budget: number,
): number {
  const pixels = height * width;
  const fit = Math.min(budget / (bytes * pixels), mostPixels / pixels, mostTogether);
  return Math.max(1, Math.floor(fit));
}

/** Height and width of tiles for an image that a network cannot see whole; undefined if it can. */
export function tilesFor(
  [height, width]: readonly [number, number],
  bytes: number,
  budget: number,
): readonly [number, number] | undefined {
  if (height * width * bytes <= budget) return undefined;
  const side = Math.max(64, 64 * Math.floor(Math.sqrt(budget / bytes) / 64));
  return [side, side];
}

/**
 * A predictor that sees an image in tiles where it cannot see it whole.
 *
 * @param bytes see `pixelBytes`
 * @param onTiles told when it does so first
 */
export function withinMemory(
  predictor: Predictor,
  bytes: number,
  onTiles: (text: string) => void,
  budget: number,
): Predictor {
  let isSaid = false;
  return {
    channels: predictor.channels,
    classes: predictor.classes,
    async predict(images, shape: ImageShape) {
      const [, height, width] = shape;
      const size = tilesFor([height, width], bytes, budget);
      if (size === undefined) return predictor.predict(images, shape);
      if (!isSaid) {
        const whole = ((height * width * bytes) / 2 ** 30).toFixed(1);
        onTiles(
          `images are seen in tiles of ${size.join(' × ')} pixels, since the network would take about ${whole} GiB for ${height} × ${width}`,
        );
        isSaid = true;
      }
      return tiled(predictor, { size }).predict(images, shape);
    },
  };
}
