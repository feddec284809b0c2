/** `[batch, height, width, channels]` of images. */
export type ImageShape = readonly [batch: number, height: number, width: number, channels: number];

/**
 * What tells the classes of every pixel: a TensorFlow.js model (`predictorOf` of `@sts-net/model`),
 * an ONNX session (`onnxPredictor`), several of them (`ensemble`), or anything else of this shape.
 */
export interface Predictor {
  /** Channels of the images that it takes. */
  readonly channels: number;
  /** At least 2; class 0 is the background. */
  readonly classes: number;
  /**
   * Class probabilities, `[batch, height, width, classes]`, in a new array that is the caller's.
   *
   * @param images normalised intensities, `[batch, height, width, channels]`
   */
  predict(images: Float32Array, shape: ImageShape): Promise<Float32Array>;
  /** What the probabilities are the softmax of, in the same shape, where there is such a thing. */
  logits?(images: Float32Array, shape: ImageShape): Promise<Float32Array>;
  /** Those whose mean it is, where it is one of several. */
  readonly members?: readonly Predictor[];
}

/**
 * Probabilities of logits, `[…, classes]`, in place. Two classes come of single logits z, whose
 * `sigmoid(z)` is the probability of class 1.
 *
 * @param outputs length of the last axis, 1 or the number of classes
 */
export function softmax(logits: Float32Array, outputs: number): Float32Array {
  if (outputs === 1) {
    const pairs = new Float32Array(2 * logits.length);
    for (const [i, z] of logits.entries()) pairs[2 * i + 1] = z;
    return softmax(pairs, 2);
  }
  for (let start = 0; start < logits.length; start += outputs) {
    const end = start + outputs;
    let largest = logits[start]!;
    for (let i = start + 1; i < end; i++) largest = Math.max(largest, logits[i]!);
    let total = 0;
    for (let i = start; i < end; i++) {
      const exponential = Math.exp(logits[i]! - largest);
      logits[i] = exponential;
      total += exponential;
    }
    for (let i = start; i < end; i++) logits[i]! /= total;
  }
  return logits;
}

/** A predictor whose probabilities are the softmax of its logits. */
export function fromLogits({
  channels,
  classes,
  logits,
}: Pick<Required<Predictor>, 'channels' | 'classes' | 'logits'>): Predictor &
  Required<Pick<Predictor, 'logits'>> {
  return {
    channels,
    classes,
    logits,
    async predict(images, shape) {
      const values = await logits(images, shape);
      return softmax(values, values.length / (shape[0] * shape[1] * shape[2]));
    },
  };
}
