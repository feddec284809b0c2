import {
  IGNORED,
  type LabelRule,
  labelsOf,
  ontoGridOf,
  type ReadingOptions,
  resizeLabels,
  type Volume,
  type WrongKind,
} from '@sts-net/volume-io';
import ndarray, { type NdArray } from 'ndarray';
import { type Consensus, consensusOf } from '../consensus/consensus.ts';
import { type Channel, checkChannel } from '../images/check-channel.ts';
import { type LabelMap, mapped, wholeOrMapped } from '../images/label-map.ts';
import { labelRemedy } from '../images/label-remedy.ts';
import { isFlatImage, readFlatImage, readImageFile } from '../images/read-image-file.ts';
import { readLabels } from '../images/read-labels.ts';
import { areaOf } from '../images/unite-masks.ts';
import type { DatasetItem, ImageSource } from '../kinds/dataset-spec.ts';

/** An item with its voxels. */
export interface ReadItem {
  /** The only one, without a name, of an image that has none. */
  readonly channels: readonly Channel[];
  /** That of the first channel. The slices of a 2-D image are its colours. */
  readonly image: Volume;
  readonly flat: boolean;
  /** `[slice, row, column]`; one slice of a 2-D image. */
  readonly labels: NdArray<Uint8Array>;
  /** `IGNORED` in the labels is what nothing counts on, which this number marks in files; else no label is. */
  readonly ignore: number | undefined;
  /** Pixels of the labels that are neither background nor ignored. */
  readonly area: number;
  /** Masks that they come from; 0 where the data set has none of the image. */
  readonly masks: number;
  /** Whether the labels are not what one file of the data set holds. */
  readonly made: boolean;
}

/** What errors call the mask. */
const words = { subject: 'its mask' };

export interface ReadItemOptions extends ReadingOptions {
  /** Brings the mask of a 2-D image to the size of the image, where it has another. */
  readonly stretch: boolean;
  /** Makes one mask of several. */
  readonly consensus: Consensus;
  /** What numbers of masks become. */
  readonly map?: LabelMap | undefined;
  /** Number of voxels on which nothing counts. @default what the data set says */
  readonly ignore?: number | undefined;
}

/**
 * Reads an item.
 *
 * @throws Error if a file cannot be read, or image and mask do not belong together.
 */
export async function readItem(
  item: DatasetItem,
  { stretch, consensus, map, ignore: given, ...reading }: ReadItemOptions,
): Promise<ReadItem> {
  const channels = await readChannels(item, reading);
  const [{ name, volume: image, flat, orientation }] = channels;
  const reference = name === '' ? 'the image' : `its channel '${name}'`;
  const drawn = typeof item.mask === 'function';
  const rule = withIgnore(item.rule, given);
  const ignore = ignoreOf(rule) ?? given;
  const masks = drawn
    ? [mapped(labelsOf(await item.mask(image, reading), 'whole', words), map)]
    : await Promise.all(item.mask.map((path) => readMask(path, rule, { map, ignore }, reading)));
  const [slices, rows, columns] = image.voxels.shape as [number, number, number];
  const shape = [flat ? 1 : slices, rows, columns];
  if (masks.length === 0) {
    const none = ndarray(new Uint8Array(shape.reduce((a, b) => a * b)), shape);
    return { channels, image, flat, labels: none, ignore, area: 0, masks: 0, made: true };
  }
  const placed = flat
    ? masks
    : masks.map((mask) => ontoGridOf(mask, image, { ...words, reference }));
  const voxels = placed.map((mask) => labelsOf(mask).voxels);
  const ignored = ignore === undefined ? undefined : IGNORED;
  const labels = voxels.length === 1 ? voxels[0]! : consensusOf(voxels, consensus, ignored);
  if (labels.shape.join() === shape.join()) {
    const area = areaOf(labels.data, ignored);
    const made = drawn || masks.length > 1 || isMapped(item.rule) || map !== undefined;
    return { channels, image, flat, labels, ignore, area, masks: masks.length, made };
  }
  if (orientation >= 5 && labels.shape.join() === [1, columns, rows].join()) {
    throw new RangeError(
      `its mask must have the image's shape [${shape.join(', ')}], got [${labels.shape.join(', ')}], which the image has before it is turned by its EXIF orientation, ${orientation}; turn the mask as well, or take the orientation out of the image`,
    );
  }
  if (!(flat && stretch && labels.shape[0] === 1)) {
    throw new RangeError(
      `its mask must have the image's shape [${shape.join(', ')}], got [${labels.shape.join(', ')}]${flat ? '; if the image was resized, stretch the mask to it (`stretchMasks`)' : ''}`,
    );
  }
  const plane = resizeLabels(labels.pick(0, null, null), [rows, columns]);
  const stretched = ndarray(plane.data, shape);
  const read = { channels, image, flat, labels: stretched, ignore };
  return { ...read, area: areaOf(plane.data, ignored), masks: masks.length, made: true };
}

/** @throws Error if a voxel holds what the data set does not name */
async function readMask(
  path: string,
  rule: LabelRule | undefined,
  { map, ignore }: Pick<ReadItemOptions, 'map' | 'ignore'>,
  reading: ReadingOptions,
): Promise<Volume<Uint8Array>> {
  if (rule === undefined) {
    return readLabels(path, wholeOrMapped(map, ignore), { ...words, remedy, ...reading });
  }
  const labels = await readLabels(path, rule, { ...words, remedy: undeclared, ...reading });
  return mapped(labels, map, ignore);
}

/** The rule, with another number to ignore. */
function withIgnore(
  rule: LabelRule | undefined,
  ignore: number | undefined,
): LabelRule | undefined {
  if (rule === undefined || ignore === undefined) return rule;
  if (rule === 'whole' || rule === 'nonzero') {
    return rule === 'whole' ? wholeOrMapped(undefined, ignore) : { labels: 'nonzero', ignore };
  }
  return 'threshold' in rule ? rule : { ...rule, ignore };
}

function ignoreOf(rule: LabelRule | undefined): number | undefined {
  return typeof rule === 'object' && 'ignore' in rule ? rule.ignore : undefined;
}

/** Whether the labels are other numbers than those in the file. */
function isMapped(rule: LabelRule = 'whole'): boolean {
  return rule === 'nonzero' || (typeof rule === 'object' && !('classes' in rule && !rule.map));
}

function remedy(kind: WrongKind, value: number): string {
  return kind === 'negative'
    ? `give \`ignore\` ${value} if it marks voxels on which nothing counts`
    : labelRemedy(kind, value);
}

function undeclared(kind: WrongKind, value: number): string {
  return kind === 'unknown'
    ? 'correct the mask, or name the label in the description of the data set'
    : remedy(kind, value);
}

interface ReadChannel extends Channel {
  /** By which a 2-D image was turned; see `readFlatImage`. */
  readonly orientation: number;
}

/** @throws Error naming the file or the channel, if one cannot be read or does not fit the first */
async function readChannels(
  { id, image }: DatasetItem,
  reading: ReadingOptions,
): Promise<readonly [ReadChannel, ...ReadChannel[]]> {
  if (typeof image !== 'object') return [await readSource('', image, reading)];
  const channels: ReadChannel[] = [];
  for (const [name, source] of Object.entries(image)) {
    const channel = await readSource(name, source, reading);
    channels.push(channel);
    const odd = checkChannel(channel, channels[0]!);
    if (odd !== undefined) reading.onWarning?.(`'${id}': ${odd}; training brings it to that grid`);
  }
  return channels as [ReadChannel];
}

async function readSource(
  name: string,
  source: ImageSource,
  reading: ReadingOptions,
): Promise<ReadChannel> {
  if (typeof source === 'string' && isFlatImage(source)) {
    return { name, flat: true, ...(await readFlatImage(source, reading)) };
  }
  const volume = await (typeof source === 'string'
    ? readImageFile(source, reading)
    : source(reading));
  return { name, flat: false, volume, orientation: 1 };
}
