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
  /**
   * For each channel whether 0 in it means that nothing is there, as around a brain that was cut out: no
   * change of intensities reaches it, and no lesion is copied onto it. @default no channel
   */
  readonly keepsZero?: readonly boolean[] | undefined;
}
