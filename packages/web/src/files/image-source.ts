import { isVolume } from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import { type PlainVolume, plainVolume } from './plain-volume.ts';

/** The content of a file. */
export type FileContent = Blob | Uint8Array | ArrayBuffer;

/** An image: a file; several, which are the slices of a DICOM series or a header with its data; or a volume. */
export type ImageSource = FileContent | FileList | readonly FileContent[] | Volume;

/** What is segmented: one image, or one for each named channel that the network takes. */
export type SegmentInput = ImageSource | Readonly<Record<string, ImageSource>>;

/** A file as it crosses to a worker. */
export interface NamedContent {
  /** Empty where it has none. */
  readonly name: string;
  readonly content: Blob | Uint8Array;
}

/** An image as it crosses to a worker. */
export type PlainImage = readonly NamedContent[] | PlainVolume;

/** An image without a name, or one for each named channel. */
export type PlainInput = PlainImage | { readonly channels: Readonly<Record<string, PlainImage>> };

/**
 * What was given, as it can cross to a worker.
 *
 * @param caller whom errors name
 * @param what what the caller calls it
 * @throws TypeError naming what it must be
 */
export function plainInput(
  input: SegmentInput,
  caller = '`segment`',
  what = 'the input',
): PlainInput {
  const image = plainImage(input as ImageSource);
  if (image !== undefined) return image;
  const named = Object.entries(isPlainObject(input) ? input : {}).map(
    ([name, one]) => [name, plainImage(one)] as const,
  );
  const wrong = named.find(([, one]) => one === undefined);
  if (named.length === 0 || wrong !== undefined) {
    const subject = wrong === undefined ? what : `channel '${wrong[0]}'`;
    const got =
      wrong === undefined ? input : (input as Readonly<Record<string, unknown>>)[wrong[0]];
    throw new TypeError(
      `${caller}: ${subject} must be a File, a Blob, bytes, a list of them, or a volume, got ${Object.prototype.toString.call(got)}`,
    );
  }
  return { channels: Object.fromEntries(named) as Record<string, PlainImage> };
}

function plainImage(source: ImageSource): PlainImage | undefined {
  if (isContent(source)) return [namedContent(source)];
  if (typeof source !== 'object' || source === null) return undefined;
  if (isVolume(source as Volume)) return plainVolume(source as Volume);
  const files = isList(source) ? Array.from(source) : [];
  if (files.length === 0 || !files.every(isContent)) return undefined;
  return files.map(namedContent);
}

function isList(source: object): source is ArrayLike<unknown> {
  return Array.isArray(source) || Object.prototype.toString.call(source) === '[object FileList]';
}

function isContent(value: unknown): value is FileContent {
  return value instanceof Blob || value instanceof Uint8Array || value instanceof ArrayBuffer;
}

function isPlainObject(value: unknown): value is Readonly<Record<string, ImageSource>> {
  return Object.prototype.toString.call(value) === '[object Object]';
}

function namedContent(source: FileContent): NamedContent {
  const content = source instanceof ArrayBuffer ? new Uint8Array(source) : source;
  return { name: (source as Partial<File>).name ?? '', content };
}
