import {
  type Case,
  type CaseLabels,
  labelRemedy,
  placeLabels,
} from '@sts-net/datasets/any-runtime';
import {
  channelsOf,
  cutSamples,
  fullPreprocessing,
  type PreprocessedImage,
  type Preprocessing,
  preprocess,
  referenceOf,
} from '@sts-net/inference';
import type { TrainingCase } from '@sts-net/training';
import type { LabelRule, Volume, WrongKind } from '@sts-net/volume-io';
import type { CaseReader } from './case-reader.ts';
import { saidOnce } from './said-once.ts';

/** A case in memory, at the size that the config gives. */
export interface LoadedCase extends PreprocessedImage {
  /** Labels 0 … classes − 1; `IGNORED` where nothing counts. */
  readonly mask: Volume<Uint8Array>;
}

/** What is kept of a case: nothing that names it, and no samples, which are views into the rest. */
export interface StoredCase extends Omit<LoadedCase, 'samples'> {
  /** What is said about the mask, after the case's name. */
  readonly saying?: string | undefined;
}

/** Where cases are kept as preprocessing leaves them. */
export interface KeptCases {
  /** The place of a case; undefined where it cannot be kept. */
  entry(
    one: Case,
    settings: object,
  ): Promise<
    | {
        /** Undefined where it is not there, or damaged. */
        read(): Promise<StoredCase | undefined>;
        /** Keeps it; never fails. */
        write(made: StoredCase): Promise<void>;
      }
    | undefined
  >;
}

/** What cases are read for. */
export interface CaseUse {
  readonly preprocessing: Preprocessing;
  /** Background included. */
  readonly classes: number;
}

export interface CaseStoreOptions {
  /** What may be kept in memory, in MiB. @default 1024 */
  readonly megabytes?: number;
  readonly reader: CaseReader;
  /** Where cases are kept as preprocessing leaves them. @default nowhere */
  readonly cache?: KeptCases | undefined;
}

/**
 * Reads cases when they are asked for and keeps the most recently used within a limit of memory.
 */
export class CaseStore {
  readonly #use: CaseUse;
  readonly #limit: number;
  readonly #reader: CaseReader;
  readonly #cache: KeptCases | undefined;
  readonly #loaded = new Map<string, LoadedCase>();
  /** What is said about masks, by the case. */
  readonly #warnings = new Map<string, string>();

  constructor(use: CaseUse, { megabytes = 1024, reader, cache }: CaseStoreOptions) {
    this.#use = use;
    this.#reader = reader;
    this.#cache = cache;
    this.#limit = megabytes * 2 ** 20;
  }

  /**
   * The case with its samples.
   *
   * @throws Error naming the file, if image or mask cannot be read or do not belong together.
   */
  async load(one: Case): Promise<LoadedCase> {
    const known = this.#loaded.get(one.id);
    const loaded = known ?? (await this.#read(one));
    this.#loaded.delete(one.id);
    this.#loaded.set(one.id, loaded);
    this.#forgetOldest();
    return loaded;
  }

  /** One sentence about the masks so far that hold several numbers where there are two classes. */
  get warning(): string | undefined {
    return saidOnce([...this.#warnings.values()]);
  }

  /**
   * The labels of a case on the grid that its image came with, which are read anew where preprocessing
   * has another.
   */
  async truth(one: Case, { flat, grid, mask }: LoadedCase): Promise<Volume<Uint8Array>> {
    const { orientation, spacing, size } = this.#use.preprocessing;
    if (orientation === undefined && spacing === undefined && size === undefined) return mask;
    const isFlat = this.#reader.isFlat(one);
    // The labels of slices that are channels may lie on any of them.
    const like = flat && !isFlat.image ? referenceOf(await this.#reader.image(one)) : grid;
    const reader = this.#reader;
    const labels = await labelsOf(one, reader, this.#use.classes);
    return placedOn(like, labels, { one, flat, reader });
  }

  /** The case as training sees it. */
  trainingCase(one: Case): TrainingCase {
    return { id: one.id, group: one.group, load: () => this.load(one) };
  }

  async #read(one: Case): Promise<LoadedCase> {
    const { id, group } = one;
    const { preprocessing, classes } = this.#use;
    const settings = { ...fullPreprocessing(preprocessing), classes, labels: one.labels };
    const entry = await this.#cache?.entry(one, settings);
    const say = (saying: string | undefined) => {
      if (saying !== undefined) this.#warnings.set(id, `case '${id}'${saying}`);
    };
    const kept = await entry?.read();
    if (kept !== undefined) {
      const { saying, ...images } = kept;
      say(saying);
      const samples = cutSamples(kept.images, preprocessing, { id, group, ...images });
      return { ...images, samples };
    }
    let saying: string | undefined;
    const loaded = await readCase(one, this.#reader, this.#use, (text) => {
      saying = text;
    });
    say(saying);
    await entry?.write({ ...loaded, saying });
    return loaded;
  }

  #forgetOldest(): void {
    let used = 0;
    for (const [id, { images, mask }] of [...this.#loaded].reverse()) {
      const isNewest = used === 0;
      const arrays = new Set([...images, mask].map(({ voxels }) => voxels.data));
      for (const { byteLength } of arrays) used += byteLength;
      if (used > this.#limit && !isNewest) this.#loaded.delete(id);
    }
  }
}

/** @param onWarning told what is to be said after the case's name */
async function readCase(
  one: Case,
  reader: CaseReader,
  { preprocessing, classes }: CaseUse,
  onWarning: (text: string) => void,
): Promise<LoadedCase> {
  const { id, group } = one;
  const image = await reader.image(one, preprocessing.channels);
  const reference = referenceOf(image);
  const labels = await labelsOf(one, reader, classes, onWarning);
  const isFlat = reader.isFlat(one);
  const isStack = image === reference && isFlatCase(image, labels, channelsOf(preprocessing));
  const flat = isFlat.image || isStack;
  const { axis = 0 } = preprocessing;
  if (flat && axis !== 0) {
    throw new RangeError(
      `axis: must be 0 for 2-D images such as that of case '${id}', got ${axis}`,
    );
  }
  const placed = placedOn(reference, labels, { one, flat, reader });
  const { mask = placed, ...input } = preprocess(image, preprocessing, {
    id,
    group,
    flat,
    mask: placed,
  });
  return { ...input, mask };
}

/** @param onWarning told what is to be said after the case's name */
function labelsOf(
  one: Case,
  reader: CaseReader,
  classes: number,
  onWarning: (text: string) => void = () => {},
): Promise<Volume<Uint8Array>> {
  const { subject, name, named } = wordsOf(one);
  return reader.labels(one, ruleOf(classes, one.labels), {
    subject,
    remedy: labelCure,
    // Logs name cases, not their files.
    onWarning: (text) => onWarning(text.replace(named, '').slice(name.length)),
  });
}

/** Labels on the grid of an image. */
function placedOn(
  image: Volume,
  labels: Volume<Uint8Array>,
  {
    one,
    flat,
    reader,
  }: { readonly one: Case; readonly flat: boolean; readonly reader: CaseReader },
): Volume<Uint8Array> {
  const isFlat = reader.isFlat(one);
  return placeLabels(labels, image, {
    subject: wordsOf(one).subject,
    reference: 'the image',
    remedy:
      'is it the mask of another image? Else resample it, or copy the image’s geometry into it if only the header is wrong',
    flat,
    placeless: isFlat.image || isFlat.mask,
  });
}

/** What errors call a case and its mask. */
function wordsOf({ id, mask }: Case) {
  const named = mask === '' ? '' : ` '${mask}'`;
  const name = `case '${id}'`;
  return { name, named, subject: `${name}: the mask${named}` };
}

function ruleOf(classes: number, { map, ignore }: CaseLabels = {}): LabelRule {
  const left = ignore === undefined ? {} : { ignore };
  if (classes === 2 && map === undefined) return { labels: 'nonzero', ...left };
  return { classes, ...(map && { map }), ...left };
}

/** What can be done about a mask that holds no labels of the config's classes. */
function labelCure(kind: WrongKind, value: number): string {
  if (kind === 'unknown')
    return 'raise `model.classes`, or renumber the labels by `data.labels.map`';
  if (kind !== 'negative') return labelRemedy(kind, value);
  return `give \`data.labels.ignore\` ${value} if it marks voxels on which nothing counts`;
}

/** Whether the slices of the image are the channels of one sample. */
function isFlatCase(
  { voxels: image }: Volume,
  { voxels: mask }: Volume,
  channels: number,
): boolean {
  return mask.shape[0] === 1 && image.shape[0] === channels;
}
