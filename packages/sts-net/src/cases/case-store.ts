import { type Case, labelRemedy, placeLabels } from '@sts-net/datasets';
import {
  channelsOf,
  type PreprocessedImage,
  type Preprocessing,
  preprocess,
} from '@sts-net/inference';
import type { TrainingCase } from '@sts-net/training';
import type { Volume, WrongKind } from '@sts-net/volume-io';
import { saidOnce } from '../words/said-once.ts';
import { type CaseReader, fileReader } from './case-reader.ts';

/** A case in memory, at the size that the config gives. */
export interface LoadedCase extends PreprocessedImage {
  /** Labels 0 … classes − 1. */
  readonly mask: Volume<Uint8Array>;
}

/**
 * Reads cases when they are asked for and keeps the most recently used within a limit of memory.
 */
export class CaseStore {
  readonly #preprocessing: Preprocessing;
  readonly #classes: number;
  readonly #limit: number;
  readonly #reader: CaseReader;
  readonly #loaded = new Map<string, LoadedCase>();
  /** What is said about masks, by the case. */
  readonly #warnings = new Map<string, string>();

  /** @param megabytes what may be kept, in MiB */
  constructor(
    preprocessing: Preprocessing,
    classes: number,
    megabytes = 1024,
    reader: CaseReader = fileReader,
  ) {
    this.#reader = reader;
    this.#preprocessing = preprocessing;
    this.#classes = classes;
    this.#limit = megabytes * 2 ** 20;
  }

  /**
   * The case with its samples.
   *
   * @throws Error naming the file, if image or mask cannot be read or do not belong together.
   */
  async load(one: Case): Promise<LoadedCase> {
    const known = this.#loaded.get(one.id);
    const warn = (text: string) => void this.#warnings.set(one.id, text);
    const loaded = known ?? (await this.#read(one, warn));
    this.#loaded.delete(one.id);
    this.#loaded.set(one.id, loaded);
    this.#forgetOldest();
    return loaded;
  }

  /** One sentence about the masks so far that hold several numbers where there are two classes. */
  get warning(): string | undefined {
    return saidOnce([...this.#warnings.values()]);
  }

  /** The case as training sees it. */
  trainingCase(one: Case): TrainingCase {
    return { id: one.id, group: one.group, load: () => this.load(one) };
  }

  #read(one: Case, warn: (text: string) => void): Promise<LoadedCase> {
    return readCase(one, this.#reader, this.#preprocessing, this.#classes, warn);
  }

  #forgetOldest(): void {
    let used = 0;
    for (const [id, { image, mask }] of [...this.#loaded].reverse()) {
      const isNewest = used === 0;
      used += image.voxels.data.byteLength + mask.voxels.data.byteLength;
      if (used > this.#limit && !isNewest) this.#loaded.delete(id);
    }
  }
}

async function readCase(
  one: Case,
  reader: CaseReader,
  preprocessing: Preprocessing,
  classes: number,
  onWarning: (text: string) => void,
): Promise<LoadedCase> {
  const { id, group } = one;
  const image = await reader.image(one);
  const named = one.mask === '' ? '' : ` '${one.mask}'`;
  const subject = `case '${id}': the mask${named}`;
  const rule = classes === 2 ? 'nonzero' : { classes };
  const labels = await reader.labels(one, rule, {
    subject,
    remedy: labelCure,
    // Logs name cases, not their files.
    onWarning: (text) => onWarning(text.replace(named, '')),
  });
  const isFlat = reader.isFlat(one);
  const flat = isFlat.image || isFlatCase(image, labels, channelsOf(preprocessing));
  const { axis = 0 } = preprocessing;
  if (flat && axis !== 0) {
    throw new RangeError(
      `axis: must be 0 for 2-D images such as that of case '${id}', got ${axis}`,
    );
  }
  const placed = placeLabels(labels, image, {
    subject,
    reference: 'the image',
    remedy:
      'is it the mask of another image? Else resample it, or copy the image’s geometry into it if only the header is wrong',
    flat,
    placeless: isFlat.image || isFlat.mask,
  });
  const { mask = placed, ...input } = preprocess(image, preprocessing, {
    id,
    group,
    flat,
    mask: placed,
  });
  return { ...input, mask };
}

/** What can be done about a mask that holds no labels of the config's classes. */
function labelCure(kind: WrongKind, value: number): string {
  return kind === 'unknown'
    ? 'raise `model.classes`, or renumber the labels'
    : labelRemedy(kind, value);
}

/** Whether the slices of the image are the channels of one sample. */
function isFlatCase(
  { voxels: image }: Volume,
  { voxels: mask }: Volume,
  channels: number,
): boolean {
  return mask.shape[0] === 1 && image.shape[0] === channels;
}
