import type { ManifestItem } from '../datasets/manifest-item.ts';

/** One image of the data set: files by absolute path. */
export interface Case extends Pick<ManifestItem, 'split'> {
  readonly id: string;
  /** Patient. */
  readonly group: string;
  readonly image: string;
  readonly mask: string;
  /** What tells the image from all others, where it is known; else the file's content does. */
  readonly digest?: string;
}
