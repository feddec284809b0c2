import { type BatchSource, copySample, emptyBatch } from '../samples/batch.ts';
import { MARK, unmarked } from '../samples/mark.ts';
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

/**
 * Batches as a function of the seed and the step alone; with `falseAlarms`, of what is known of them
 * when the batch is asked for, too.
 *
 * @throws RangeError for impossible options, and for more than 254 classes with `falseAlarms`
 */
export function createBatchSource({
  sampler,
  channels,
  classes,
  read,
  ...options
}: BatchSourceOptions): BatchSource {
  if (options.falseAlarms !== undefined && classes > MARK) {
    throw new RangeError(
      `training: \`classes\` must be at most ${MARK} where false alarms are drawn, got ${classes}`,
    );
  }
  const { size, draw } = createSampler(sampler, options);
  const [height, width] = size;
  const count = options.batchSize;
  return {
    stepsPerEpoch: stepsPerEpoch(options),
    async batch(step) {
      const batch = emptyBatch({ count, height, width, channels, classes });
      const ids: string[] = [];
      const lesions: number[] = [];
      let hardNegatives = 0;
      for (let i = 0; i < count; i++) {
        const { item, pass, window } = draw(step, i);
        const drawn = await read(item, pass);
        const at = window(drawn.sample);
        const sample = item.at === undefined ? drawn.sample : unmarked(drawn.sample);
        if (item.at !== undefined) hardNegatives++;
        copySample(sample, drawn.normalization, at, batch, i);
        ids.push(sample.id);
        lesions.push(...shownLesions(sample.mask, at, [height, width]));
      }
      const counted = options.falseAlarms && { hardNegatives };
      return { ...batch, ids, lesions, ...counted };
    },
  };
}
