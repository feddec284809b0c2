import type { LabelRule, ReadingOptions, Volume } from '@sts-net/volume-io';
import type { Consensus, ConsensusName } from '../consensus/consensus.ts';
import type { ImageFiles } from '../manifest/image-files.ts';
import type { SplitName } from '../manifest/manifest-item.ts';

/** A file, or what reads an image that no single file holds. */
export type ImageSource = string | ((options: ReadingOptions) => Promise<Volume>);

/** An image that a data set holds, before anything of it is read. */
export interface DatasetItem {
  readonly id: string;
  readonly group: string;
  /** Where the data set says so. */
  readonly split?: SplitName | undefined;
  /** One source, or that of each channel that it has, by its name. */
  readonly image: ImageSource | Readonly<Record<string, ImageSource>>;
  /**
   * Files of its masks, of which one is made, none where the data set has none of it; or what draws its
   * mask on the grid of the image, of several channels the first.
   */
  readonly mask: readonly string[] | ((image: Volume, options: ReadingOptions) => Promise<Volume>);
  /** What the numbers in its mask files are, where the data set says so. @default 'whole' */
  readonly rule?: LabelRule | undefined;
  /** What the image was taken by, as DICOM names it, where the data set says so. @default that of the file */
  readonly modality?: string | undefined;
}

/** The sources of an image in the order of its channels. */
export function sourcesOf(image: DatasetItem['image']): readonly [ImageSource, ...ImageSource[]] {
  return (typeof image === 'object' ? Object.values(image) : [image]) as [ImageSource];
}

/** A file that gives no item. */
export interface Skipped {
  readonly skipped: string;
  readonly reason: string;
}

export interface DatasetOptions {
  /**
   * Path of images inside the folder, with `{id}` and, if wanted, `{group}`; of BIDS, entities and suffix.
   * Or that of each channel by its name.
   * @default found by name
   */
  readonly image?: ImageFiles | undefined;
  /**
   * Path of the mask of an image, with the same and `*` for anything, if there are several; of BIDS,
   * entities and suffix. @default found by name
   */
  readonly mask?: string | undefined;
  /**
   * What an image without a mask is: one of which nothing is known, or one without a target, as where
   * only what was found has been drawn (IDRiD).
   * @default 'skip'
   */
  readonly withoutMask?: 'skip' | 'empty' | undefined;
  /** How several masks of one image become one, such as those of several readers. @default 'union' */
  readonly consensus?: ConsensusName | Consensus | undefined;
  /** Whose an image is by its id, for example `{patient}_*`. @default the data set's own rule */
  readonly patient?: string | undefined;
  /**
   * Which of the things drawn is the target, by name, with `*` for anything.
   * @default the only one; of files that hold labels, all
   */
  readonly target?: string | undefined;
  /**
   * Which channels of an image are taken, by their names or numbers from 0, in this order. One alone is
   * an image without named channels.
   * @default all
   */
  readonly channel?: string | readonly string[] | undefined;
  /** Which fold says what trains and what validates, from 0, where the data set has folds. @default 0 */
  readonly fold?: number | undefined;
  /** Readers of LIDC-IDRI that must agree on a voxel. @default 2 */
  readonly readers?: number | undefined;
}

/** A kind of data set: how its folders are laid out. */
export interface DatasetSpec {
  /** For a list of all kinds. */
  readonly description: string;
  /** What the folder must hold, for the error where it does not. */
  readonly layout: string;
  /** Which options it takes. */
  readonly options: readonly (keyof DatasetOptions)[];
  /** Lists a folder without reading images. */
  list(folder: string, options: DatasetOptions): AsyncIterable<DatasetItem | Skipped>;
}
