/** Samples as the network takes them; typed arrays in host memory. */
export interface Batch {
  /** `[count, height, width, channels]`, normalised. */
  readonly images: Float32Array;
  /** One-hot truth `[count, height, width, classes]`. */
  readonly labels: Float32Array;
  readonly count: number;
  readonly height: number;
  readonly width: number;
  readonly channels: number;
  readonly classes: number;
}

/** Hands out the batch of a step; the same step always gives the same batch. */
export interface BatchSource {
  readonly stepsPerEpoch: number;
  /** @param step counted from 0 */
  batch(step: number): Promise<Batch>;
}
