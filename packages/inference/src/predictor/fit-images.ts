import type { ImageShape } from './predictor.ts';

/** Images in the size that a network takes, and the way back. */
export interface FittedImages {
  readonly images: Float32Array;
  readonly shape: ImageShape;
  /** The part of the network's output, `[…, depth]` values, that belongs to the original images. */
  crop(values: Float32Array, depth: number): Float32Array;
}

/**
 * Pads images with zeros at the bottom and right, and the batch with empty images, to a fixed size.
 *
 * @param images `[batch, height, width, channels]`
 * @param target `[batch, height, width]` of the network
 * @param subject Begins the error.
 * @throws RangeError if the images are larger than the target
 */
export function fitImages(
  images: Float32Array,
  [batch, height, width, channels]: ImageShape,
  [most, rows, columns]: readonly [number, number, number],
  subject: string,
): FittedImages {
  if (batch > most || height > rows || width > columns) {
    throw new RangeError(
      batch > most
        ? `${subject} takes ${most} images at once, got ${batch}; export it for more (\`batch\`)`
        : `${subject} takes images of at most ${rows} × ${columns}, got ${height} × ${width}; export it for larger ones (\`size\`)`,
    );
  }
  const own = { height, width };
  const fitted = { height: rows, width: columns };
  return {
    images: copyRows(images, own, new Float32Array(most * rows * columns * channels), fitted, {
      ...{ batch, depth: channels, height, width },
    }),
    shape: [most, rows, columns, channels],
    crop: (values, depth) =>
      copyRows(values, fitted, new Float32Array(batch * height * width * depth), own, {
        ...{ batch, depth, height, width },
      }),
  };
}

interface PlaneSize {
  readonly height: number;
  readonly width: number;
}

/** Copies the upper left `height` × `width` pixels of each image between arrays of two sizes. */
function copyRows(
  from: Float32Array,
  source: PlaneSize,
  to: Float32Array,
  target: PlaneSize,
  { batch, height, width, depth }: PlaneSize & { readonly batch: number; readonly depth: number },
): Float32Array {
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < height; y++) {
      const start = (b * source.height + y) * source.width * depth;
      const row = from.subarray(start, start + width * depth);
      to.set(row, (b * target.height + y) * target.width * depth);
    }
  }
  return to;
}
