import { channelsOf } from '@sts-net/inference';
import {
  type BatchSource,
  createAmplifier,
  createBatchSource,
  createOnlineAmplifier,
  type FalseAlarms,
  type OnlineAugmentation,
  type SamplerChoice,
  type TrainingSlice,
} from '@sts-net/training/batches';
import type { MemoryConfig } from '../config/memory-config.ts';

/** What of a config decides what is in a batch. */
export type BatchConfig = Pick<
  MemoryConfig,
  'seed' | 'model' | 'preprocessing' | 'training' | 'amplification'
>;

/** Parts of the caller's own, in place of those that the config names. */
export interface OwnBatchParts {
  readonly sampler?: SamplerChoice | undefined;
  /** Of a sampler that draws them. */
  readonly falseAlarms?: FalseAlarms | undefined;
  readonly augmentations?: readonly OnlineAugmentation[] | undefined;
}

/** Batches, and how many samples they are drawn from. */
export interface Batches {
  readonly source: BatchSource;
  /** Slices and their amplified copies. */
  readonly samples: number;
}

/**
 * Makes batches of slices as a config says, in whatever thread: the same numbers for the same step.
 *
 * @throws RangeError if lesions are to be copied between patients and fewer than two have any
 */
export async function createBatches(
  { seed, model, preprocessing, training, amplification }: BatchConfig,
  slices: readonly TrainingSlice[],
  {
    sampler = training.sampler,
    falseAlarms,
    augmentations = amplification.online ?? [],
  }: OwnBatchParts = {},
): Promise<Batches> {
  const amplifier = createAmplifier(amplification, slices, seed);
  const online = await createOnlineAmplifier(augmentations, slices, seed);
  const { batchSize, accumulate = 1, patch, flips } = training;
  const source = createBatchSource({
    falseAlarms,
    items: amplifier.items,
    sampler,
    batchSize: batchSize * accumulate,
    patch,
    flips,
    seed,
    channels: channelsOf(preprocessing),
    classes: model.classes,
    async read(item, pass) {
      const { samples, normalization } = await item.slice.one.load();
      const sample = amplifier.sample(samples[item.slice.index]!, item);
      return online({ sample, normalization }, pass);
    },
  });
  return { source, samples: amplifier.items.length };
}
