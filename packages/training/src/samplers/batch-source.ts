import { type BatchSource, copySample, emptyBatch } from '../samples/batch.ts';
import type { Drawn } from '../samples/online-amplifier.ts';
import type { TrainingItem } from '../samples/training-items.ts';
import { type SamplerOptions, stepsPerEpoch } from './sampler.ts';
import { createSampler, type SamplerChoice } from './samplers.ts';
import { shownLesions } from './shown-lesions.ts';

export interface BatchSourceOptions extends SamplerOptions {
  /** @default 'slices', or 'pixels' where there is a patch */
  readonly sampler?: SamplerChoice | undefined;
  readonly channels: number;
  readonly classes: number;
  /**
   * Reads an item.
   *
   * @param pass see `Draw`
   */
  readonly read: (item: TrainingItem, pass: number) => Promise<Drawn>;
}

/** Batches as a function of the seed and the step alone. */
export function createBatchSource({
  sampler,
  channels,
  classes,
  read,
  ...options
}: BatchSourceOptions): BatchSource {
  const { size, draw } = createSampler(sampler, options);
  const [height, width] = size;
  const count = options.batchSize;
  return {
    stepsPerEpoch: stepsPerEpoch(options),
    async batch(step) {
      const batch = emptyBatch({ count, height, width, channels, classes });
      const ids: string[] = [];
      const lesions: number[] = [];
      for (let i = 0; i < count; i++) {
        const { item, pass, window } = draw(step, i);
        const { sample, normalization } = await read(item, pass);
        const at = window(sample);
        copySample(sample, normalization, at, batch, i);
        ids.push(sample.id);
        lesions.push(...shownLesions(sample.mask, at, [height, width]));
      }
      return { ...batch, ids, lesions };
    },
  };
}
