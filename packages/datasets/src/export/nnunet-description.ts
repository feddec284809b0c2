import { isFlatImage } from '../images/read-image-file.ts';
import type { DatasetJsonContent, Fold } from '../kinds/dataset-json-schema.ts';
import { channelNamesOf, filesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';

/** What the labels are in nnU-Net. */
export interface ExportLabels {
  /** Classes, the background among them; with 2 all labels but 0 are the target. @default 2 */
  readonly classes?: number | undefined;
  /** Names of the labels from 1 on. @default 'target'; of several 'class 1', … */
  readonly labels?: readonly string[] | undefined;
}

/** What all images of a data set are. */
export interface ImageForm {
  /** 2-D images. */
  readonly flat: boolean;
  /** Names of the channels, if they have any. */
  readonly channels: readonly string[] | undefined;
}

/**
 * Finds out before anything is written whether items have a form in nnU-Net.
 *
 * @throws RangeError naming what is required and what came
 */
export function checkExportable(
  items: readonly ManifestItem[],
  name: string,
  source: string,
): ImageForm {
  if (!/^Dataset\d{3}_\S+$/.test(name)) {
    throw new RangeError(
      `the folder must be called as nnU-Net's data sets are, Dataset, three digits, _ and a name, as 'Dataset501_Lesions', got '${name}'`,
    );
  }
  const channels = channelsOf(items, source);
  const flat = items.filter(({ image }) => isFlatImage(filesOf(image)[0]));
  if (flat.length > 0 && flat.length < items.length) {
    const volume = items.find((item) => !flat.includes(item))!;
    throw new RangeError(
      `${source}: all images must be 2-D or all volumes, because nnU-Net has one format for a data set, but '${flat[0]!.id}' is 2-D and '${volume.id}' is not; export them as two`,
    );
  }
  const [split, other] = [true, false].map((has) =>
    items.find((item) => (item.split !== undefined) === has),
  );
  if (split !== undefined && other !== undefined) {
    throw new RangeError(
      `${source}: all items must have a \`split\` or none, but '${other.id}' has none and '${split.id}' has; split the manifest again`,
    );
  }
  const unmasked = items.find((item) => item.mask === null && item.split !== 'test');
  if (unmasked !== undefined) {
    throw new RangeError(
      `${source}: all items but those of the test must have a mask, but '${unmasked.id}' has none; leave it out`,
    );
  }
  if (items.every((item) => item.split === 'test')) {
    throw new RangeError(
      `${source}: at least one item must be left for training, but all ${items.length} are of the test`,
    );
  }
  return { flat: flat.length > 0, channels };
}

/** The names of the channels that all items have, in the order of the first. */
function channelsOf(items: readonly ManifestItem[], source: string): readonly string[] | undefined {
  const names = new Set(items.flatMap(({ image }) => channelNamesOf(image) ?? []));
  if (names.size === 0) return undefined;
  for (const { id, image } of items) {
    const own = channelNamesOf(image);
    const missing = [...names].find((name) => !own?.includes(name));
    if (missing === undefined) continue;
    throw new RangeError(
      `${source}: every image must have all channels in nnU-Net, ${[...names].join(', ')}, but '${id}' has no '${missing}'; leave it out, or the channel`,
    );
  }
  return [...names];
}

/** The fold that a manifest's split is; `undefined` where it holds no validation. */
export function foldOf(items: readonly ManifestItem[]): Fold | undefined {
  const of = (name: ManifestItem['split']) =>
    items.filter(({ split }) => split === name).map(({ id }) => id);
  const val = of('validation');
  return val.length === 0 ? undefined : { train: of('training'), val };
}

/**
 * The names of the labels from 1 on.
 *
 * @throws RangeError unless there is one for each class but the background
 */
export function labelNames({ classes = 2, labels }: ExportLabels): readonly string[] {
  if (!(Number.isInteger(classes) && classes >= 2 && classes <= 255)) {
    throw new RangeError(
      `\`classes\` must be a whole number from 2 to 255, the background among them, got ${classes}`,
    );
  }
  const names = labels ?? defaultNames(classes);
  const isFree = (name: string) => name !== '' && name !== 'background' && name !== 'ignore';
  if (names.length === classes - 1 && new Set(names).size === names.length && names.every(isFree)) {
    return names;
  }
  throw new RangeError(
    `\`labels\` must be ${classes - 1} different names, one for each of ${classes} classes but the background, got ${names.map((one) => `'${one}'`).join(', ') || 'none'}`,
  );
}

/** The `dataset.json` of the items. */
export function datasetJson(
  items: readonly ManifestItem[],
  name: string,
  labels: readonly string[],
  { flat, channels }: ImageForm,
): DatasetJsonContent & { readonly name: string } {
  const hasIgnored = items.some(({ ignore }) => ignore !== undefined);
  const groups = items.filter(({ id, group }) => id !== group).map(({ id, group }) => [id, group]);
  return {
    name: name.replace(/^Dataset\d{3}_/, ''),
    channel_names: Object.fromEntries((channels ?? [channelName(items, flat)]).entries()),
    labels: Object.fromEntries(
      ['background', ...labels, ...(hasIgnored ? ['ignore'] : [])].map((one, i) => [one, i]),
    ),
    numTraining: items.filter(({ split }) => split !== 'test').length,
    file_ending: flat ? '.png' : '.nii.gz',
    ...(groups.length > 0 && { groups: Object.fromEntries(groups) }),
  };
}

function defaultNames(classes: number): string[] {
  return classes === 2
    ? ['target']
    : Array.from({ length: classes - 1 }, (_, i) => `class ${i + 1}`);
}

/** nnU-Net normalises what is called `CT` as CT, and all else by mean and standard deviation. */
function channelName(items: readonly ManifestItem[], flat: boolean): string {
  const [first, ...others] = new Set(items.map(({ modality }) => modality));
  return others.length === 0 && first !== undefined ? first : flat ? 'grey' : 'image';
}
