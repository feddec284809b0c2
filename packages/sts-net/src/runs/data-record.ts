import { relative, resolve, sep } from 'node:path';
import {
  type Case,
  digestOfChannels,
  filesOf,
  type ImageFiles,
  imageDigest,
  type Split,
  type SplitName,
} from '@sts-net/datasets';
import { fileDigest, writeFileAtomic } from '@sts-net/datasets/files';
import type { CaseReader } from '@sts-net/experiment/batches';
import { isVolume } from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import { z } from 'zod';
import type { CaseCacheConfig } from '../cases/case-cache.ts';
import { fileReader } from '../cases/case-reader.ts';
import { readRecord } from '../records/read-record.ts';

const fileSchema = z.strictObject({
  /** From the folder of the record, with forward slashes; on another drive absolute. */
  path: z.string(),
  /** Of the file's content. */
  sha256: z.string(),
});

/** One file, or one of each channel by its name. */
const imageSchema = z.union([fileSchema, z.record(z.string(), fileSchema)]);

const casesSchema = z.array(
  z.strictObject({
    id: z.string(),
    group: z.string(),
    image: imageSchema,
    mask: fileSchema,
    /** What the numbers in the mask are; see `Case`. */
    labels: z
      .strictObject({
        map: z.record(z.string(), z.int()).optional(),
        ignore: z.int().optional(),
      })
      .optional(),
  }),
);

const recordSchema = z.strictObject({
  format: z.literal('sts-net data 1'),
  training: casesSchema,
  validation: casesSchema,
  test: casesSchema,
  /** Where cases are kept as preprocessing leaves them: a path as those of the files. */
  cache: z.strictObject({ folder: z.string(), gigabytes: z.number() }).optional(),
});

/**
 * Which cases a run trains on, validates with and keeps for the test, and what their files hold. A
 * part of the run's identity: paths may change, what is read may not.
 */
export type DataRecord = z.output<typeof recordSchema>;

type RecordedFile = z.output<typeof fileSchema>;
type RecordedImage = z.output<typeof imageSchema>;

export const splitNames = ['training', 'validation', 'test'] as const;

/**
 * Reads all files of a split once, for their digests; cases in memory have no path.
 *
 * @param folder of the record
 */
export async function recordData(
  split: Split,
  folder: string,
  reader: CaseReader = fileReader,
): Promise<DataRecord> {
  const file = async (path: string) => ({
    path: pathFrom(folder, path),
    sha256: await fileDigest(path),
  });
  const files = async (image: ImageFiles) => {
    if (typeof image === 'string') return file(image);
    const channels: Record<string, RecordedFile> = {};
    for (const [name, path] of Object.entries(image)) channels[name] = await file(path);
    return channels;
  };
  const of = async (name: SplitName) => {
    const cases = [];
    for (const one of split[name]) {
      const { image, mask } = one;
      const about = { id: one.id, group: one.group, ...(one.labels && { labels: one.labels }) };
      if (mask === '') cases.push({ ...about, ...(await inMemory(one, reader)) });
      else cases.push({ ...about, image: await files(image), mask: await file(mask) });
    }
    return cases;
  };
  return {
    format: 'sts-net data 1',
    training: await of('training'),
    validation: await of('validation'),
    test: await of('test'),
  };
}

function isFile(image: RecordedImage): image is RecordedFile {
  return typeof image.path === 'string';
}

/** What an image holds: the digests of its files by the names of the channels. */
export function contentOf(image: RecordedImage): string {
  if (isFile(image)) return image.sha256;
  return JSON.stringify(Object.entries(image).map(([name, { sha256 }]) => [name, sha256]));
}

/** With forward slashes; on another drive absolute. */
function pathFrom(folder: string, path: string): string {
  return relative(folder, path).split(sep).join('/');
}

async function inMemory(one: Case, reader: CaseReader) {
  const image = await reader.image(one);
  const { ignore } = one.labels ?? {};
  const rule = ignore === undefined ? 'whole' : { classes: 255, ignore };
  const mask = await reader.labels(one, rule, {});
  const file = ({ voxels }: Volume) => ({ path: '', sha256: imageDigest(voxels) });
  const files = isVolume(image)
    ? file(image)
    : Object.fromEntries(Object.entries(image).map(([name, volume]) => [name, file(volume)]));
  return { image: files, mask: file(mask) };
}

export async function writeDataRecord(path: string, record: DataRecord): Promise<void> {
  await writeFileAtomic(path, `${JSON.stringify(record, null, 2)}\n`);
}

/** Undefined where there is none. */
export function readDataRecord(path: string): Promise<DataRecord | undefined> {
  return readRecord(path, "the list of a run's cases", recordSchema);
}

/** The recorded cases of a split, with absolute paths. */
export function recordedCases(
  record: DataRecord,
  name: SplitName,
  folder: string,
): readonly Case[] {
  if (record[name].some(({ mask }) => mask.path === '')) {
    throw new RangeError(
      `'${folder}': its cases were given in code, not as files; score it with \`evaluateModel\`, or with a config that names files`,
    );
  }
  return record[name].map(({ id, group, image, mask, labels }) => ({
    id,
    group,
    labels,
    image: isFile(image)
      ? resolve(folder, image.path)
      : Object.fromEntries(
          Object.entries(image).map(([channel, { path }]) => [channel, resolve(folder, path)]),
        ),
    mask: resolve(folder, mask.path),
  }));
}

/** The record, and where its cases are kept. */
export function withCache(
  record: DataRecord,
  cache: Required<CaseCacheConfig> | undefined,
  folder: string,
): DataRecord {
  if (cache === undefined) return record;
  return { ...record, cache: { ...cache, folder: pathFrom(folder, cache.folder) } };
}

/** Where the recorded cases are kept, with an absolute path. */
export function recordedCache({ cache }: DataRecord, folder: string): CaseCacheConfig | undefined {
  return cache && { ...cache, folder: resolve(folder, cache.folder) };
}

/** Digests of an image's files, in the order of the channels. */
function digestsOf(image: RecordedImage): readonly string[] {
  return (isFile(image) ? [image] : Object.values(image)).map(({ sha256 }) => sha256);
}

/** Digests of the files of a split, by their paths. */
export function fileDigests(split: Split, record: DataRecord): ReadonlyMap<string, string> {
  const digests = splitNames.flatMap((name) =>
    split[name].flatMap(({ image, mask }, i) => {
      const known = record[name][i]!;
      const images = digestsOf(known.image);
      return [
        ...filesOf(image).map((path, channel) => [path, images[channel]!] as const),
        [mask, known.mask.sha256] as const,
      ];
    }),
  );
  return new Map(digests);
}

/** The split with the digests of its images' files, where no digest of the image is known. */
export function withDigests(split: Split, record: DataRecord): Split {
  const of = (name: SplitName): Case[] =>
    split[name].map((one, i) => {
      const digest = digestOfChannels(digestsOf(record[name][i]!.image));
      return { digest, ...one };
    });
  return { training: of('training'), validation: of('validation'), test: of('test') };
}
