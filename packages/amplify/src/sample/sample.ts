import type { NdArray } from '@sts-net/views';

/** One 2.5D image with its label. */
export interface Sample {
  readonly id: string;
  /** The patient or case; splits are by group, so everything made from a sample keeps it. */
  readonly group: string;
  /** `[row, column, channel]`, any number of channels. */
  readonly image: NdArray<Float32Array>;
  /** `[row, column]`, 0 is background, anything else but `ignore` lesion. */
  readonly mask: NdArray<Uint8Array>;
  /** Label of the pixels on which nothing counts: no lesion, and no place for one. @default none */
  readonly ignore?: number | undefined;
}
