/** Images in the size that a network takes, and the way back. */
export interface FittedImages {
  readonly images: Float32Array;
  readonly shape: readonly [number, number, number, number];
  /** Most likely class of every pixel of the original images, from the network's logits. */
  readonly labels: (logits: Float32Array, classes: number) => Uint8Array;
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
  [batch, height, width, channels]: readonly [number, number, number, number],
  [most, rows, columns]: readonly [number, number, number],
  subject: string,
): FittedImages {
  if (batch > most || height > rows || width > columns) {
    throw new RangeError(
      batch > most
        ? `${subject} takes ${most} images at once, got ${batch}; export it with a larger --batch`
        : `${subject} takes images of at most ${rows} × ${columns}, got ${height} × ${width}; export it with a larger --size`,
    );
  }
  const shape = [most, rows, columns, channels] as const;
  const padded = new Float32Array(most * rows * columns * channels);
  for (let b = 0; b < batch; b++) {
    for (let y = 0; y < height; y++) {
      const from = (b * height + y) * width * channels;
      padded.set(
        images.subarray(from, from + width * channels),
        (b * rows + y) * columns * channels,
      );
    }
  }
  const labels = (logits: Float32Array, classes: number) => {
    const result = new Uint8Array(batch * height * width);
    let to = 0;
    for (let b = 0; b < batch; b++) {
      for (let y = 0; y < height; y++) {
        let from = (b * rows + y) * columns * classes;
        for (let x = 0; x < width; x++, from += classes) {
          let best = 0;
          for (let c = 1; c < classes; c++) if (logits[from + c]! > logits[from + best]!) best = c;
          result[to++] = best;
        }
      }
    }
    return result;
  };
  return { images: padded, shape, labels };
}
