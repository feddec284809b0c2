import { type Case, isFlatImage, readImageFile, readLabels } from '@sts-net/datasets';
import {
  channelsOf,
  type PreprocessedImage,
  type Preprocessing,
  preprocess,
} from '@sts-net/inference';
import type { TrainingCase } from '@sts-net/training';
import { ontoGridOf, type Volume } from '@sts-net/volume-io';

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
  readonly #loaded = new Map<string, LoadedCase>();

  /** @param megabytes what may be kept, in MiB */
  constructor(preprocessing: Preprocessing, classes: number, megabytes = 1024) {
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
    const loaded = known ?? (await readCase(one, this.#preprocessing, this.#classes));
    this.#loaded.delete(one.id);
    this.#loaded.set(one.id, loaded);
    this.#forgetOldest();
    return loaded;
  }

  /** The case as training sees it. */
  trainingCase(one: Case): TrainingCase {
    return { id: one.id, group: one.group, load: () => this.load(one) };
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
  preprocessing: Preprocessing,
  classes: number,
): Promise<LoadedCase> {
  const { id, group } = one;
  const { axis = 0 } = preprocessing;
  const image = await readImageFile(one.image);
  const words = { subject: `case '${id}': the mask '${one.mask}'`, reference: 'the image' };
  const rule = classes === 2 ? 'nonzero' : { classes };
  const read = await readLabels(one.mask, rule, { ...words, remedy: remedies.labels });
  const flat = isFlatCase(one, image, read, channelsOf(preprocessing));
  if (flat) checkSamePlane(words.subject, image, read);
  if (flat && axis !== 0) {
    throw new RangeError(`axis: must be 0 for 2-D images such as '${one.image}', got ${axis}`);
  }
  const labels = flat ? read : ontoGridOf(read, image, { ...words, remedy: remedies.grid });
  const { mask = labels, ...input } = preprocess(image, preprocessing, {
    id,
    group,
    flat,
    mask: labels,
  });
  return { ...input, mask };
}

const remedies = {
  labels: 'raise `model.classes` or renumber the labels; threshold probabilities first',
  grid: 'is it the mask of another image? Else resample it, or copy the image’s geometry into it if only the header is wrong',
};

/** Whether the slices of the image are the channels of one sample. */
function isFlatCase(
  { image: path }: Case,
  { voxels: image }: Volume,
  { voxels: mask }: Volume,
  channels: number,
): boolean {
  return isFlatImage(path) || (mask.shape[0] === 1 && image.shape[0] === channels);
}

function checkSamePlane(subject: string, image: Volume, mask: Volume): void {
  const expected = [1, ...image.voxels.shape.slice(1)];
  const { shape } = mask.voxels;
  if (expected.join() === shape.join()) return;
  throw new RangeError(
    `${subject} must have the shape of the image, [${expected.join(', ')}], got [${shape.join(', ')}]; ${remedies.grid}`,
  );
}
