import { groupBy } from '../cases/group-by.ts';
import type { BidsFile } from './bids-names.ts';
import { uniqueIds } from './path-parts.ts';

/** An image by its files. */
export interface BidsImage {
  readonly id: string;
  /** In the order of the channels. */
  readonly files: readonly [BidsFile, ...BidsFile[]];
  /** What the files are called as channels; empty of an image that is one file. */
  readonly channels: readonly string[];
}

/** Files of which several may be one channel of an image. */
export interface UnclearFiles {
  readonly channel: string;
  readonly files: readonly [BidsFile, BidsFile, ...BidsFile[]];
}

/** Images of one file each. */
export function imagesOf(files: readonly BidsFile[]): readonly BidsImage[] {
  const ids = uniqueIds(files.map(({ path }) => path));
  return files.map((file, i) => ({ id: ids[i]!, files: [file], channels: [] }));
}

/**
 * Images of several files: those of a subject's session, and of its run where a session has several, by
 * what the channels are to be.
 *
 * @param wanted entities and suffix of each channel, by its name
 * @throws RangeError for a file that is of two
 */
export function imagesOfChannels(
  files: readonly BidsFile[],
  wanted: ReadonlyMap<string, (file: BidsFile) => boolean>,
): readonly (BidsImage | UnclearFiles)[] {
  const found = files.flatMap((file): Found[] => {
    const names = [...wanted].filter(([, isIt]) => isIt(file)).map(([name]) => name);
    if (names.length > 1) {
      throw new RangeError(
        `\`image\` must tell channels from one another, but '${file.path}' is '${names[0]}' and '${names[1]}'; say more of one`,
      );
    }
    return names.map((channel) => ({ file, channel }));
  });
  const order = [...wanted.keys()];
  return groupBy(found, ({ file }) => nameOf(file, ['sub', 'ses'])).flatMap((session) => {
    if (twice(session) === undefined) return imageOf(session, order, ['sub', 'ses']);
    // What has no run may belong to any.
    const runs = session.every(({ file }) => file.entities.has('run'))
      ? groupBy(session, ({ file }) => file.entities.get('run')!)
      : [session];
    return runs.map((run) => twice(run) ?? imageOf(run, order, ['sub', 'ses', 'run']));
  });
}

interface Found {
  readonly file: BidsFile;
  readonly channel: string;
}

/** Two files of one channel, if there are. */
function twice(found: readonly Found[]): UnclearFiles | undefined {
  for (const own of groupBy(found, ({ channel }) => channel)) {
    const [first, second] = own;
    if (second === undefined) continue;
    return { channel: first!.channel, files: [first!.file, second.file] };
  }
  return undefined;
}

function imageOf(
  found: readonly Found[],
  order: readonly string[],
  entities: readonly string[],
): BidsImage {
  const sorted = found.toSorted((a, b) => order.indexOf(a.channel) - order.indexOf(b.channel));
  return {
    id: nameOf(sorted[0]!.file, entities),
    files: sorted.map(({ file }) => file) as [BidsFile],
    channels: sorted.map(({ channel }) => channel),
  };
}

/** `sub-01_ses-a` of those entities that the file has. */
function nameOf({ entities }: BidsFile, keys: readonly string[]): string {
  return keys
    .filter((key) => entities.has(key))
    .map((key) => `${key}-${entities.get(key)}`)
    .join('_');
}
