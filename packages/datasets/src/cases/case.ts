import type { ManifestItem } from '../manifest/manifest-item.ts';

/** One image with its lesion mask. Relative paths start from a folder that goes with them. */
export interface CaseConfig {
  /** Unique name; names output files too. */
  readonly id: string;
  /** Patient: cases of one group are never divided over splits. @default the id */
  readonly group?: string | undefined;
  /** Volume, or 2-D image (PNG, JPEG, TIFF). */
  readonly image: string;
  /** File of the same size with the labels. Only prediction can do without. */
  readonly mask?: string | undefined;
}

/** A folder whose files are the cases; `{id}` (and `{group}`) in the patterns stand for its name (and its patient's). */
export interface CaseFolderConfig {
  readonly folder: string;
  /** Path of the image inside the folder, for example `volumes/{id}_FLAIR.nii.gz`. */
  readonly image: string;
  /** Path of the mask inside the folder, for example `labels/{id}_GOLD.nii.gz`. */
  readonly mask: string;
}

/** The manifest of a data set, as `sts-net data prepare` writes it. */
export interface CaseManifestConfig {
  readonly manifest: string;
}

/** Where cases are listed: one by one, by a folder's file names, or in a manifest. */
export type CaseList = readonly CaseConfig[] | CaseFolderConfig | CaseManifestConfig;

/** One image of the data set: files by absolute path. */
export interface Case extends Pick<ManifestItem, 'split' | 'modality'> {
  readonly id: string;
  /** Patient. */
  readonly group: string;
  readonly image: string;
  readonly mask: string;
  /** What tells the image from all others, where it is known; else the file's content does. */
  readonly digest?: string;
}
