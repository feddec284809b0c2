import { join } from 'node:path';
import { lesionArea } from '@sts-net/amplify';
import { createVolume, type Sample, writeVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { writeFolderAtomic } from '../files/write-folder-atomic.ts';
import { createAmplifier } from './amplifier.ts';
import { CaseStore } from './case-store.ts';
import { findCases } from './find-cases.ts';
import { splitCases } from './split.ts';
import { listSlices } from './training-items.ts';

/** A line of `samples.json`. Paths are relative to the folder. */
export interface WrittenSample {
  readonly id: string;
  readonly group: string;
  /** Id of the sample that it was made from; null for a slice as it is. */
  readonly copyOf: string | null;
  readonly lesionArea: number;
  /** The channels as slices, float32. */
  readonly image: string;
  /** One slice, uint8. */
  readonly mask: string;
}

/**
 * Writes the training samples of a config with their amplified copies: `images/<id>.nii.gz`,
 * `masks/<id>.nii.gz` and the list `samples.json`. The folder appears when it is complete.
 *
 * @param baseFolder the folder that the config's relative paths start from
 * @param output the folder to make; must not exist or be empty
 * @throws RangeError if the config amplifies nothing.
 */
export async function writeAmplified(
  { amplification, data, seed, model }: ExperimentConfig,
  baseFolder: string,
  output: string,
  onProgress?: (done: number, total: number) => void,
): Promise<readonly WrittenSample[]> {
  if (amplification.method === 'none') {
    throw new RangeError('amplification.method: must be 1, 2, 3 or 4, got "none"; choose a method');
  }
  const split = splitCases(await findCases(data, baseFolder), data.split, seed);
  const store = new CaseStore(data, model.classes);
  const slices = await listSlices(store, split.training);
  const { items, sample } = createAmplifier(amplification, slices, seed);
  const written: WrittenSample[] = [];
  await writeFolderAtomic(output, ['images', 'masks'], async (folder, writeText) => {
    for (const item of items) {
      const { samples } = await store.load(item.slice.one);
      const original = samples[item.slice.index]!;
      const one = sample(original, item);
      // A centre crop that could not be made comes back as the sample itself.
      if (item.copy > 0 && one.id === original.id) continue;
      const image = `images/${one.id}.nii.gz`;
      const mask = `masks/${one.id}.nii.gz`;
      await writeVolume(join(folder, image), createVolume(channelsAsSlices(one.image)));
      const [rows, columns] = one.mask.shape as [number, number];
      const { data: labels, stride, offset } = one.mask;
      const slice = ndarray(labels, [1, rows, columns], [0, ...stride], offset);
      await writeVolume(join(folder, mask), createVolume(slice));
      written.push({
        id: one.id,
        group: one.group,
        copyOf: item.copy === 0 ? null : original.id,
        lesionArea: lesionArea(one.mask),
        image,
        mask,
      });
      onProgress?.(written.length, items.length);
    }
    await writeText('samples.json', `${JSON.stringify(written, null, 2)}\n`);
  });
  return written;
}

function channelsAsSlices(image: Sample['image']): Sample['image'] {
  return image.transpose(2, 0, 1);
}
