import { IGNORED, type Volume } from '@sts-net/volume-io';
import type { Channel } from '../images/check-channel.ts';
import { digestOfChannels, imageDigest, imageSeal } from '../images/image-digest.ts';
import { printOf, printText } from '../images/print.ts';
import { type DatasetItem, sourcesOf } from '../kinds/dataset-spec.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import type { ReadItem } from './read-item.ts';

/** What was found in the files of an item; as JSON it is the same. */
export interface ItemFacts {
  /** Masks that its labels come from. */
  readonly masks: number;
  /** Pixels of the labels that are neither background nor ignored. */
  readonly area: number;
  /** Pixels of the labels. */
  readonly pixels: number;
  /** Of one that is taken. */
  readonly item?: ManifestItem;
}

/** Which items are taken, by what is drawn on them. */
export interface TakenOptions {
  /** Takes only what covers less than this share of its image, per cent. @default everything */
  readonly maxShare?: number | undefined;
  /** Leaves out images without a target. @default false */
  readonly skipEmpty?: boolean | undefined;
}

/** Why the options leave an item out; undefined where they take it. */
export function leftOut(
  { area, pixels }: Pick<ItemFacts, 'area' | 'pixels'>,
  { maxShare = 100, skipEmpty = false }: TakenOptions,
): 'empty' | 'large' | undefined {
  if (skipEmpty && area === 0) return 'empty';
  return maxShare < 100 && 100 * area >= maxShare * pixels ? 'large' : undefined;
}

/** The line of the manifest for an item that was read, whose files are these. */
export async function itemOf(
  { id, group, split, image: source, modality }: DatasetItem,
  { channels, image, flat, labels, ignore, area, made }: ReadItem,
  files: Pick<ManifestItem, 'image' | 'mask'>,
): Promise<ManifestItem> {
  const digest = digestOfChannels(channels.map(({ volume }) => imageDigest(volume.voxels)));
  const size = labels.shape as [number, number, number];
  const found = { size, digest, ...(flat && { fingerprint: printText(printOf(image.voxels)) }) };
  return {
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
  };
}

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
