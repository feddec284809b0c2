import { IGNORED, type Volume } from '@sts-net/volume-io';
import { alikePairs } from '../images/alike.ts';
import type { Channel } from '../images/check-channel.ts';
import { digestOfChannels, imageDigest, imageSeal } from '../images/image-digest.ts';
import { type Print, printOf, printText } from '../images/print.ts';
import { type DatasetItem, type Skipped, sourcesOf } from '../kinds/dataset-spec.ts';
import { channelNamesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import type { ReadItem } from './read-item.ts';

/** Which items are taken, and what becomes of their groups. */
export interface SelectionOptions {
  /** Takes only what covers less than this share of its image, per cent. @default everything */
  readonly maxShare?: number | undefined;
  /** Leaves out images without a target. @default false */
  readonly skipEmpty?: boolean | undefined;
  /** Puts 2-D images that are nearly the same into one group. @default false */
  readonly groupAlike?: boolean | undefined;
}

/** What became of the images of a data set. */
export interface PreparedDataset {
  readonly items: readonly ManifestItem[];
  /** Images without a mask that were taken, or left out by `skipEmpty`, as without a target. */
  readonly withoutMask: number;
  /** Images whose mask was made of several. */
  readonly agreed: number;
  /** Left out by `skipEmpty`. */
  readonly empty: number;
  /** Left out by `maxShare`. */
  readonly large: number;
  /** How many items lack a channel that others have, by its name. */
  readonly lacking: ReadonlyMap<string, number>;
  /** Ids of items that are the same image, which were given one group. */
  readonly duplicates: readonly (readonly string[])[];
  readonly skipped: readonly Skipped[];
}

/** That of volumes, which is like no other. */
const noPrint: Print = new Int8Array();

/** What all channels were taken by. */
function modalityOf(channels: readonly Channel[]): string | undefined {
  const [first, ...others] = new Set(
    channels.map(({ volume: { header } }) =>
      header?.format === 'dicom' && header.modality !== '' ? header.modality : undefined,
    ),
  );
  return others.length === 0 ? first : undefined;
}

/** DICOM images need not say how far their pixels are apart. */
function isSpacingKnown({ header }: Volume): boolean {
  return header?.format !== 'dicom' || header.spacingFrom.pixels !== 'unknown';
}

/** Items as they come, with what was left out. */
export class ItemCollection {
  readonly #options: SelectionOptions;
  readonly #items: ManifestItem[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #ids = new Set<string>();
  readonly #prints: Print[] = [];
  readonly #sameImage = new Map<string, number[]>();
  #masked = 0;
  #withoutMask = 0;
  #agreed = 0;
  #empty = 0;
  #large = 0;

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  skip(skipped: string, reason: string): void {
    this.#skipped.push({ skipped, reason });
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Whether any of the images had a mask. */
  get hasMask(): boolean {
    return this.#masked > 0;
  }

  takes({ labels, area, masks }: ReadItem): boolean {
    if (masks > 0) this.#masked++;
    else this.#withoutMask++;
    if (masks > 1) this.#agreed++;
    const { maxShare = 100, skipEmpty = false } = this.#options;
    const isEmpty = skipEmpty && area === 0;
    const isLarge = maxShare < 100 && 100 * area >= maxShare * labels.data.length;
    if (isEmpty) this.#empty++;
    else if (isLarge) this.#large++;
    return !isEmpty && !isLarge;
  }

  async add(
    { id, group, split, image: source, modality }: DatasetItem,
    { channels, image, flat, labels, ignore, area, made }: ReadItem,
    files: Pick<ManifestItem, 'image' | 'mask'>,
  ): Promise<void> {
    this.#ids.add(id);
    const digest = digestOfChannels(channels.map(({ volume }) => imageDigest(volume.voxels)));
    const index = this.#items.length;
    const print = flat ? printOf(image.voxels) : noPrint;
    this.#sameImage.set(digest, [...(this.#sameImage.get(digest) ?? []), index]);
    const size = labels.shape as [number, number, number];
    const found = { size, digest, ...(flat && { fingerprint: printText(print) }) };
    this.#items.push({
      id,
      group,
      ...files,
      ignore: made && ignore !== undefined ? IGNORED : ignore,
      ...found,
      spacing: flat || !isSpacingKnown(image) ? null : image.spacing,
      modality: modality ?? modalityOf(channels),
      area,
      split,
      ...(flat && { seal: await imageSeal(sourcesOf(source) as readonly string[], found) }),
    });
    this.#prints.push(print);
  }

  result(): PreparedDataset {
    const same = [...this.#sameImage.values()].filter((indices) => indices.length > 1);
    const links = same.flatMap((indices) => indices.map((i) => [indices[0]!, i] as const));
    const alike = this.#options.groupAlike ? alikePairs(this.#prints) : [];
    return {
      items: joinGroups(this.#items, [...links, ...alike]),
      withoutMask: this.#withoutMask,
      agreed: this.#agreed,
      empty: this.#empty,
      large: this.#large,
      lacking: lackingIn(this.#items),
      duplicates: same.map((indices) => indices.map((i) => this.#items[i]!.id)),
      skipped: this.#skipped,
    };
  }
}

/** How many items lack a channel, of those that any has. */
function lackingIn(items: readonly ManifestItem[]): ReadonlyMap<string, number> {
  const having = new Map<string, number>();
  for (const { image } of items) {
    for (const name of channelNamesOf(image) ?? []) having.set(name, (having.get(name) ?? 0) + 1);
  }
  const lacking = [...having].map(([name, count]) => [name, items.length - count] as const);
  return new Map(lacking.filter(([, count]) => count > 0));
}

/** The items with one group for all groups that are linked, which is the first of them by name. */
export function joinGroups(
  items: readonly ManifestItem[],
  links: Iterable<readonly [index: number, index: number]>,
): readonly ManifestItem[] {
  const parent = new Map(items.map(({ group }) => [group, group]));
  const root = (group: string): string => {
    const above = parent.get(group)!;
    return above === group ? group : root(above);
  };
  for (const [i, j] of links) {
    const [first, second] = [root(items[i]!.group), root(items[j]!.group)].sort();
    parent.set(second!, first!);
  }
  return items.map((item) => ({ ...item, group: root(item.group) }));
}
