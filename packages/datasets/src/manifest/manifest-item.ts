import type { ImageFiles } from './image-files.ts';

/** What an item is for: to train, to choose the best checkpoint, or to be tested on once. */
export type SplitName = 'training' | 'validation' | 'test';

/** An image of a data set with its mask: one line of a manifest. */
export interface ManifestItem {
  /** Unique; names output files too. */
  readonly id: string;
  /** Patient: items of one group are never divided over splits. */
  readonly group: string;
  /**
   * File of the image, relative to the manifest's folder, with forward slashes: PNG, JPEG, TIFF, or
   * a volume; or one of each channel by its name. A volume with one slice in its mask is one image
   * whose channels are the slices.
   */
  readonly image: ImageFiles;
  /** File of the labels, 0 is background; null where there is none. */
  readonly mask: string | null;
  /** Number in the mask that marks voxels on which nothing counts. @default none */
  readonly ignore?: number | undefined;
  /** `[slices, rows, columns]` of the first channel; a 2-D image has one slice, however many channels. */
  readonly size: readonly [slices: number, rows: number, columns: number];
  /** mm, `[slice, row, column]`, of the first channel; null where it is not known. */
  readonly spacing: readonly [slice: number, row: number, column: number] | null;
  /** What all of the image was taken by, as DICOM names it (`CT`, `MR`, …), where that is known. */
  readonly modality?: string | undefined;
  /** Pixels of the mask that are neither background nor ignored, over all slices; 0 without a mask. */
  readonly area: number;
  /** What `imageDigest` gives for the image; of several channels what `digestOfChannels` makes of theirs. */
  readonly digest: string;
  /**
   * What the image looks like from afar, as `data prepare` found it, for finding images that are nearly
   * the same. Of 2-D images; of their first channel.
   */
  readonly fingerprint?: string | undefined;
  /**
   * SHA-256 over the image's files, `size`, `digest` and `fingerprint`: while it holds, these need not be
   * found in the pixels again. Of 2-D images.
   */
  readonly seal?: string | undefined;
  /** Where the data set or `data split` says so. */
  readonly split?: SplitName | undefined;
  /** Where the item comes from, for example the item that it is a copy of and what was done to it. */
  readonly source?: Readonly<Record<string, unknown>> | undefined;
}
