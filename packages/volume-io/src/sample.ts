import type { NdArray } from 'ndarray';

/** One 2.5D training or test image with its label. */
export interface Sample {
  readonly id: string;
  /** The patient or case; splits are by group. */
  readonly group: string;
  /** `[row, column, channel]`; often a view into a volume, so do not write to it. */
  readonly image: NdArray<Float32Array>;
  /** `[row, column]`, 0 is background; often a view into a volume, so do not write to it. */
  readonly mask: NdArray<Uint8Array>;
}
