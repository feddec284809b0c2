import type { TrainingConfig } from '../config/training-config.ts';
import type { Batch, BatchSource } from './batch.ts';
import { copySample, emptyBatch, type Window, wholeSample } from './copy-sample.ts';
import type { Drawn } from './online-amplifier.ts';
import { patchWindow } from './patch-window.ts';
import { randomInteger, seededRandom, shuffled } from './random.ts';
import type { TrainingItem } from './training-items.ts';

export interface BatchSourceOptions {
  /** What to draw from; at least one. */
  readonly items: readonly TrainingItem[];
  readonly training: Pick<TrainingConfig, 'batchSize' | 'patch' | 'flips'>;
  readonly seed: number;
  readonly channels: number;
  readonly classes: number;
  /**
   * Reads an item.
   *
   * @param pass tells the times apart that an item is drawn: the epoch, or for patches the number of
   * the draw
   */
  readonly read: (item: TrainingItem, pass: number) => Promise<Drawn>;
}

/**
 * Batches as a function of the seed and the step alone.
 *
 * Whole slices: each epoch is one pass over the items in a new order; what does not fill a batch is
 * left out; smaller slices are padded with zeros at the bottom and right to the largest. Patches:
 * each is drawn anew, with probability `lesionShare` around a lesion of an item that has one, all
 * such items being equally likely, otherwise anywhere in any item.
 */
export function createBatchSource(options: BatchSourceOptions): BatchSource {
  const { items, training, channels, classes } = options;
  const { batchSize: count, patch } = training;
  const [height, width] = patch?.size ?? [
    Math.max(...items.map(({ slice }) => slice.rows)),
    Math.max(...items.map(({ slice }) => slice.columns)),
  ];
  const draw = patch === null ? sliceDrawer(options) : patchDrawer(options);
  return {
    stepsPerEpoch: stepsPerEpoch(items.length, count),
    async batch(step): Promise<Batch> {
      const batch = emptyBatch({ count, height, width, channels, classes });
      for (let i = 0; i < count; i++) {
        const { sample, normalization, window } = await draw(step, i);
        copySample(sample, normalization, window, batch, i);
      }
      return batch;
    },
  };
}

type Draw = (step: number, i: number) => Promise<Drawn & { readonly window: Window }>;

function stepsPerEpoch(items: number, batchSize: number): number {
  return Math.max(1, Math.floor(items / batchSize));
}

function sliceDrawer({ items, training, seed, read }: BatchSourceOptions): Draw {
  const { batchSize, flips } = training;
  const perEpoch = stepsPerEpoch(items.length, batchSize);
  let order: { epoch: number; items: readonly TrainingItem[] } = { epoch: -1, items: [] };
  return async (step, i) => {
    const epoch = Math.floor(step / perEpoch);
    if (order.epoch !== epoch) {
      order = { epoch, items: shuffled(items, seededRandom(seed, 'order', epoch)) };
    }
    const position = (step % perEpoch) * batchSize + i;
    const drawn = await read(order.items[position % items.length]!, epoch);
    const random = seededRandom(seed, 'flip', step, i);
    const flipRows = flips && random() < 0.5;
    const flipColumns = flips && random() < 0.5;
    return { ...drawn, window: { ...wholeSample, flipRows, flipColumns } };
  };
}

function patchDrawer({ items, training, seed, read }: BatchSourceOptions): Draw {
  const patch = training.patch!;
  const withLesion = items.filter(({ slice }) => slice.lesionArea > 0);
  return async (step, i) => {
    const random = seededRandom(seed, 'patch', step, i);
    const aroundLesion = random() < patch.lesionShare && withLesion.length > 0;
    const from = aroundLesion ? withLesion : items;
    const pass = step * training.batchSize + i;
    const drawn = await read(from[randomInteger(random, from.length)]!, pass);
    const window = patchWindow(
      drawn.sample,
      patch,
      { aroundLesion, flips: training.flips },
      random,
    );
    return { ...drawn, window };
  };
}
