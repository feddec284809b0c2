/** Geometry of a 2-D convolution, resolved. */
export interface Convolution {
  readonly strides: readonly [number, number];
  readonly dilations: readonly [number, number];
  /** `[top, bottom, left, right]`. */
  readonly pads: Four;
  readonly groups: number;
}

export type Four = readonly [number, number, number, number];

/** An ONNX value of known sizes. */
export interface Sized {
  readonly name: string;
  readonly sizes: Four;
}
