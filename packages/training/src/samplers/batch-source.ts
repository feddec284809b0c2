import { type BatchSource, copySample, emptyBatch } from '../samples/batch.ts';
import type { Drawn } from '../samples/online-amplifier.ts';
import type { TrainingItem } from '../samples/training-items.ts';
import { specOf } from '../spec/spec-of.ts';
import { type SamplerOptions, type SamplerSpec, stepsPerEpoch } from './sampler.ts';
import { type SamplerName, samplers } from './samplers.ts';

export interface BatchSourceOptions extends SamplerOptions {
  /** @default 'slices', or 'patches' where there is a patch */
  readonly sampler?: SamplerName | SamplerSpec | undefined;
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
  const usual = options.patch === null ? 'slices' : 'patches';
  const spec = specOf('sampler', samplers, sampler ?? usual);
  const [height, width] = spec.size(options);
  const draw = spec.create(options);
  const count = options.batchSize;
  return {
    stepsPerEpoch: stepsPerEpoch(options),
    async batch(step) {
      const batch = emptyBatch({ count, height, width, channels, classes });
      const ids: string[] = [];
      for (let i = 0; i < count; i++) {
        const { item, pass, window } = draw(step, i);
        const { sample, normalization } = await read(item, pass);
        copySample(sample, normalization, window(sample), batch, i);
        ids.push(sample.id);
      }
      return { ...batch, ids };
    },
  };
}
