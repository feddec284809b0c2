import {
  type Case,
  digestOfChannels,
  filesOf,
  type ImageFiles,
  imageDigest,
  isFlatImage,
  readImageFile,
  readLabels,
} from '@sts-net/datasets';
import type { CaseReader } from '@sts-net/experiment/batches';
import { type Channels, isVolume } from '@sts-net/inference';
import { labelsOf, type Volume } from '@sts-net/volume-io';

/** Reads the files that the cases name. */
export const fileReader: CaseReader = {
  async image({ id, image }, channels) {
    if (typeof image === 'string') return readImageFile(image);
    const files = Object.entries(image).filter(
      ([name], i) => i === 0 || channels?.includes(name) !== false,
    );
    checkKinds(id, files);
    const volumes: [string, Volume][] = [];
    for (const [name, path] of files) volumes.push([name, await readImageFile(path)]);
    return Object.fromEntries(volumes);
  },
  labels: ({ mask }, rule, words) => readLabels(mask, rule, words),
  isFlat: ({ image, mask }) => ({
    image: isFlatImage(filesOf(image)[0]),
    mask: isFlatImage(mask),
  }),
};

function checkKinds(id: string, files: readonly (readonly [string, string])[]): void {
  const [first] = files.map(([, path]) => isFlatImage(path));
  const other = files.find(([, path]) => isFlatImage(path) !== first);
  if (other === undefined) return;
  throw new RangeError(
    `case '${id}': channel '${other[0]}' must be ${first ? 'a 2-D image' : 'a volume'} as '${files[0]![0]}' is; convert one of them`,
  );
}

/** A case in memory. */
export interface SourceCase {
  /** Unique. */
  readonly id: string;
  /** Patient. @default the id */
  readonly group?: string;
  /** A volume, or a 2-D image whose slices are its colours; or a volume of each channel by its name. */
  readonly image: Channels;
  /** Labels on the grid of the image, or of its first channel; of a 2-D image one slice. */
  readonly mask: Volume;
}

/** Cases in memory, or whatever gives them one after the other; asked once. */
export type CaseSource = Iterable<SourceCase> | AsyncIterable<SourceCase>;

/** The cases of a source, which have no files, and what reads them. */
export async function casesInMemory(
  source: CaseSource,
): Promise<{ readonly cases: readonly Case[]; readonly reader: CaseReader }> {
  const known = new Map<string, SourceCase>();
  const cases: Case[] = [];
  for await (const one of source) {
    const { id, group = id } = one;
    if (known.has(id)) {
      throw new RangeError(`source: ids must be unique, '${id}' occurs twice; rename one`);
    }
    known.set(id, one);
    const digest = channelsDigest(one.image);
    cases.push({ id, group, image: withoutFiles(one.image), mask: '', digest });
  }
  const of = ({ id }: Case) => known.get(id)!;
  return {
    cases,
    reader: {
      image: async (one) => of(one).image,
      labels: async (one, rule, words) => labelsOf(of(one).mask, rule, words),
      isFlat: () => ({ image: false, mask: false }),
    },
  };
}

/** Names of channels, but no paths. */
function withoutFiles(image: Channels): ImageFiles {
  if (isVolume(image)) return '';
  return Object.fromEntries(Object.keys(image).map((name) => [name, '']));
}

/** What tells an image in memory from all others. */
function channelsDigest(image: Channels): string {
  const volumes = isVolume(image) ? [image] : Object.values(image);
  return digestOfChannels(volumes.map(({ voxels }) => imageDigest(voxels)));
}
