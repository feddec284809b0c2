import { channelCountRule, channelName, channelNameRule } from '../validation/channel-name.ts';

/**
 * The files of an image: one, or one of each channel by its name, such as
 * `{ flair: 'a_FLAIR.nii.gz', t1: 'a_T1.nii.gz' }`. Names stand in the order of the channels; a channel
 * that an image lacks has none. The first one's grid is that of the image.
 */
export type ImageFiles = string | Readonly<Record<string, string>>;

/** The files in the order of the channels. */
export function filesOf(image: ImageFiles): readonly [first: string, ...others: string[]] {
  return (typeof image === 'string' ? [image] : Object.values(image)) as [string, ...string[]];
}

/** The names of the channels in their order; `undefined` of an image that is one file. */
export function channelNamesOf(image: ImageFiles): readonly string[] | undefined {
  return typeof image === 'string' ? undefined : Object.keys(image);
}

/** The image with other paths. */
export function mapFiles(image: ImageFiles, change: (path: string) => string): ImageFiles {
  if (typeof image === 'string') return change(image);
  return Object.fromEntries(Object.entries(image).map(([name, path]) => [name, change(path)]));
}

/** @throws RangeError for names that channels cannot have, and where there are none */
export function checkChannelNames(image: unknown, subject: string): void {
  if (typeof image !== 'object' || image === null) return;
  const names = Object.keys(image);
  if (names.length === 0) throw new RangeError(`${subject}: its image ${channelCountRule}`);
  const wrong = names.find((name) => !channelName.test(name));
  if (wrong !== undefined) throw new RangeError(`${subject}: '${wrong}' ${channelNameRule}`);
}
