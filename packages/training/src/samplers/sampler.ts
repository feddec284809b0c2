import type { Window } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import type { FalseAlarms } from '../negatives/false-alarms.ts';
import type { TrainingItem } from '../samples/training-items.ts';

/** Training on random patches instead of whole slices. */
export interface PatchOptions {
  /** Height and width in pixels. */
  readonly size: readonly [number, number];
  /** Share of the patches that are drawn around a lesion, as far as the data have any, 0 … 1. */
  readonly lesionShare: number;
  /** How far, in pixels, the lesion lies at most from the patch centre. @default a quarter of the smaller side */
  readonly jitter?: number | undefined;
}

/** What a sampler draws from, and how. */
export interface SamplerOptions {
  /** At least one. */
  readonly items: readonly TrainingItem[];
  readonly batchSize: number;
  /** Null for whole slices. */
  readonly patch: PatchOptions | null;
  /** Mirrors samples at random, along rows and along columns. */
  readonly flips: boolean;
  readonly seed: number;
  /** Where the network saw lesions that are not there, for samplers that draw such places; grows. @default nowhere */
  readonly falseAlarms?: FalseAlarms | undefined;
}

/** What was drawn for one place in a batch. */
export interface Draw {
  readonly item: TrainingItem;
  /** Tells the times apart that an item is drawn: the epoch, or the number of the draw. */
  readonly pass: number;
  /** The part of the item's sample that goes into the batch. */
  window(sample: Sample): Window;
}

/** Draws what the place `index` in the batch of a step holds, by nothing but the seed, these, and what false alarms are known before the step. */
export type Sampler = (step: number, index: number) => Draw;

/**
 * What a sampler's name stands for.
 *
 * @typeParam Options what the sampler can be told, as data
 */
export interface SamplerSpec<Options = object> {
  /** Height and width of the images in a batch. */
  size(options: SamplerOptions): readonly [height: number, width: number];
  create(options: SamplerOptions, own: Options): Sampler;
  /**
   * How many training slices are to be predicted at each validation, so that false alarms are known.
   * @default none are
   */
  looksAt?(own: Options): number;
}

/** Height and width that hold every item. */
export function largestSize(items: readonly TrainingItem[]): readonly [number, number] {
  let [height, width] = [0, 0];
  for (const { slice } of items) {
    height = Math.max(height, slice.rows);
    width = Math.max(width, slice.columns);
  }
  return [height, width];
}

/** Batches that one pass over the items makes; what does not fill one is left out. */
export function stepsPerEpoch({
  items,
  batchSize,
}: Pick<SamplerOptions, 'items' | 'batchSize'>): number {
  return Math.max(1, Math.floor(items.length / batchSize));
}
