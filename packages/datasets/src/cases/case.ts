import type { LabelMap } from '../images/label-map.ts';
import type { ImageFiles } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';

/** One image with its lesion mask. Relative paths start from a folder that goes with them. */
export interface CaseConfig {
  /** Unique name; names output files too. */
  readonly id: string;
  /** Patient: cases of one group are never divided over splits. @default the id */
  readonly group?: string | undefined;
  /** Volume, or 2-D image (PNG, JPEG, TIFF); or one of each channel by its name. */
  readonly image: ImageFiles;
  /** File of the same size with the labels. Only prediction can do without. */
  readonly mask?: string | undefined;
}

/**
 * A folder whose files are the cases; `{id}` (and `{group}`) in the patterns stand for its name (and its
 * patient's), `*` in those of images for anything but a slash.
 */
export interface CaseFolderConfig {
  readonly folder: string;
  /**
   * Path of the image inside the folder, for example `volumes/{id}_FLAIR.nii.gz`; or one of each channel
   * by its name. A case is there if any of its channels is.
   */
  readonly image: ImageFiles;
  /** Path of the mask inside the folder, for example `labels/{id}_GOLD.nii.gz`. */
  readonly mask: string;
}

/** The manifest of a data set, as `sts-net data prepare` writes it. */
export interface CaseManifestConfig {
  readonly manifest: string;
}

/** Where cases are listed: one by one, by a folder's file names, or in a manifest. */
export type CaseList = readonly CaseConfig[] | CaseFolderConfig | CaseManifestConfig;

/** What the numbers in masks are to training. */
export interface CaseLabels {
  /** What numbers become; those that it does not name stay. @default all stay */
  readonly map?: LabelMap | undefined;
  /** Number, also a negative one, of voxels on which nothing counts; looked at before `map`. @default none */
  readonly ignore?: number | undefined;
}

/** One image of the data set: files by absolute path. */
export interface Case extends Pick<ManifestItem, 'split' | 'modality'> {
  readonly id: string;
  /** Patient. */
  readonly group: string;
  /** Without the channels that a folder lacks of it. */
  readonly image: ImageFiles;
  readonly mask: string;
  /** What the numbers in its mask are. @default as they are */
  readonly labels?: CaseLabels | undefined;
  /** What tells the image from all others, where it is known; else the content of its files does. */
  readonly digest?: string;
}
