import { existsSync } from 'node:fs';
import { isFlatImage, readFileOrSeries } from '@sts-net/datasets';
import { channelName, nearestName } from '@sts-net/datasets/validation';
import type { Channels, Preprocessing } from '@sts-net/inference';
import type { ReadingOptions, Volume } from '@sts-net/volume-io';
import { UsageError } from './usage-error.ts';

/** The files of an image that a command is given. */
export interface ImageArguments {
  readonly paths: readonly string[];
  /** The names of the channels, one for each path; undefined for an image that is one file. */
  readonly names: readonly string[] | undefined;
  /** Whether it is a 2-D image. */
  readonly flat: boolean;
}

/**
 * One path, or `name=path` for each channel.
 *
 * @throws UsageError if several files have no names, or a name twice, or are of two and three dimensions
 */
export function imageArguments(texts: readonly string[]): ImageArguments {
  const [first = ''] = texts;
  const parts = texts.map((text) => /^([^=]*)=(.*)$/s.exec(text));
  // A file may have such a name.
  const isPath = texts.length === 1 && (parts[0] === null || existsSync(first));
  if (isPath) return { paths: [first], names: undefined, flat: isFlatImage(first) };
  const channels = parts.map((part, i) => {
    const [, name = '', path = ''] = part ?? [];
    if (channelName.test(name) && path !== '') return { name, path };
    throw new UsageError(
      `each image must be that of a named channel, as flair=a_FLAIR.nii.gz, got '${texts[i]}'`,
    );
  });
  const names = channels.map(({ name }) => name);
  const twice = names.find((name, i) => names.indexOf(name) !== i);
  if (twice !== undefined) {
    throw new UsageError(`the channel '${twice}' must have one image, got two`);
  }
  const paths = channels.map(({ path }) => path);
  const flat = isFlatImage(paths[0]!);
  const other = paths.find((path) => isFlatImage(path) !== flat);
  if (other !== undefined) {
    throw new UsageError(
      `the images of the channels must be all volumes or all 2-D, got '${paths[0]}' and '${other}'`,
    );
  }
  return { paths, names, flat };
}

/** Reads the image, or each of its channels. */
export async function readImageArguments(
  { paths, names }: ImageArguments,
  options: ReadingOptions,
): Promise<Channels> {
  if (names === undefined) return readFileOrSeries(paths[0]!, options);
  const volumes: [string, Volume][] = [];
  for (const [i, name] of names.entries()) {
    volumes.push([name, await readFileOrSeries(paths[i]!, options)]);
  }
  return Object.fromEntries(volumes);
}

/** What networks need of channels. */
type Wanted = Pick<Preprocessing, 'channels' | 'missing'>;

/**
 * Holds the channels that are given against those that networks take.
 *
 * @throws UsageError if there are others than any of them takes, or some are missing that must be there
 */
export function checkChannels(given: ImageArguments, networks: readonly Wanted[]): void {
  for (const network of networks) checkNeeded(given, network);
  const known = networks.flatMap(({ channels }) => channels ?? given.names ?? []);
  const unknown = given.names?.find((name) => !known.includes(name));
  if (unknown === undefined) return;
  const nearest = nearestName(unknown, known);
  const meant = nearest === undefined ? '' : `; did you mean '${nearest}'?`;
  const wanted = [...new Set(known)].map((name) => `${name}=FILE`).join(' ');
  throw new UsageError(`the network takes ${wanted}, and has no channel '${unknown}'${meant}`);
}

function checkNeeded({ names }: ImageArguments, { channels, missing }: Wanted): void {
  const wanted = channels?.map((name) => `${name}=FILE`).join(' ');
  if (channels === undefined) {
    if (names === undefined) return;
    throw new UsageError(
      `the network takes one image without a name, got channels '${names.join("', '")}'; give its path alone`,
    );
  }
  if (names === undefined) {
    if (channels.length === 1) return;
    throw new UsageError(`the network takes ${channels.length} channels; give ${wanted}`);
  }
  const lacking = channels.find((name) => !names.includes(name));
  const isMisspelt = names.some((name) => !channels.includes(name));
  if (lacking === undefined || missing === 'zero' || isMisspelt) return;
  throw new UsageError(`the network takes ${wanted}, but the image of '${lacking}' is missing`);
}
