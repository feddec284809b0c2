import { seededRandom, shuffled } from '@sts-net/amplify';
import { wholeSample } from '@sts-net/inference';
import type { TrainingItem } from '../samples/training-items.ts';
import { largestSize, type SamplerSpec, stepsPerEpoch } from './sampler.ts';

/**
 * Whole slices: each epoch is one pass over the items in a new order. Smaller slices are padded with
 * zeros at the bottom and right to the largest.
 */
export const slices: SamplerSpec = {
  size: ({ items }) => largestSize(items),
  create(options) {
    const { items, batchSize, flips, seed } = options;
    const perEpoch = stepsPerEpoch(options);
    let order: { epoch: number; items: readonly TrainingItem[] } = { epoch: -1, items: [] };
    return (step, i) => {
      const epoch = Math.floor(step / perEpoch);
      if (order.epoch !== epoch) {
        order = { epoch, items: shuffled(items, seededRandom(seed, 'order', epoch)) };
      }
      const position = (step % perEpoch) * batchSize + i;
      const random = seededRandom(seed, 'flip', step, i);
      const flipRows = flips && random() < 0.5;
      const flipColumns = flips && random() < 0.5;
      return {
        item: order.items[position % items.length]!,
        pass: epoch,
        window: () => ({ ...wholeSample, flipRows, flipColumns }),
      };
    };
  },
};
