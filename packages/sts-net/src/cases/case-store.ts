import { type Case, isFlatImage, readImageFile, readLabels } from '@sts-net/datasets';
import { channelsOf, type PreprocessedImage, preprocess } from '@sts-net/inference';
import type { TrainingCase } from '@sts-net/training';
import { ontoGridOf, type Volume } from '@sts-net/volume-io';
import type { DataConfig } from '../config/data-schema.ts';

/** A case in memory, at the size that the config gives. */
export interface LoadedCase extends PreprocessedImage {
  /** Labels 0 … classes − 1. */
  readonly mask: Volume<Uint8Array>;
}

/**
 * Reads cases when they are asked for and keeps the most recently used within a limit of memory.
 */
export class CaseStore {
  readonly #data: DataConfig;
  readonly #classes: number;
  readonly #loaded = new Map<string, LoadedCase>();

  constructor(data: DataConfig, classes: number) {
    this.#data = data;
    this.#classes = classes;
  }

  /**
   * The case with its samples.
   *
   * @throws Error naming the file, if image or mask cannot be read or do not belong together.
   */
  async load(one: Case): Promise<LoadedCase> {
    const known = this.#loaded.get(one.id);
    const loaded = known ?? (await readCase(one, this.#data, this.#classes));
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
    const limit = this.#data.cacheMegabytes * 2 ** 20;
    let used = 0;
    for (const [id, { image, mask }] of [...this.#loaded].reverse()) {
      const isNewest = used === 0;
      used += image.voxels.data.byteLength + mask.voxels.data.byteLength;
      if (used > limit && !isNewest) this.#loaded.delete(id);
    }
  }
}

async function readCase(one: Case, data: DataConfig, classes: number): Promise<LoadedCase> {
  const { id, group } = one;
  const image = await readImageFile(one.image);
  const words = { subject: `case '${id}': the mask '${one.mask}'`, reference: 'the image' };
  const rule = classes === 2 ? 'nonzero' : { classes };
  const read = await readLabels(one.mask, rule, { ...words, remedy: remedies.labels });
  const flat = isFlatCase(one, image, read, channelsOf(data));
  if (flat) checkSamePlane(words.subject, image, read);
  if (flat && data.axis !== 0) {
    throw new RangeError(
      `data.axis: must be 0 for 2-D images such as '${one.image}', got ${data.axis}`,
    );
  }
  const labels = flat ? read : ontoGridOf(read, image, { ...words, remedy: remedies.grid });
  const { mask = labels, ...input } = preprocess(image, data, { id, group, flat, mask: labels });
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
