import { type Random, randomInteger, seededRandom } from '@sts-net/amplify';
import { type Window, wholeSample } from '@sts-net/inference';
import type { Sample } from '@sts-net/volume-io';
import type { TrainingItem } from '../samples/training-items.ts';
import { type PixelDraw, patchWindow, randomLesionPixel } from './patch-window.ts';
import { largestSize, type SamplerOptions, type SamplerSpec } from './sampler.ts';

/** What a draw is to hold: a place in an item. */
interface Target {
  readonly item: TrainingItem;
  readonly around: PixelDraw;
}

/** Draws what is to be held, for a share of the draws. */
export type TargetDraw = (random: Random) => Target;

/** Share of the draws that are to hold a lesion, where whole slices are drawn. */
const usualShare = 0.7;

/** Draws a place that a draw without a target is to hold, if there is one. */
export type PlaceDraw = (random: Random) => Target | undefined;

/**
 * A sampler whose draws are independent of one another: a share of them, `patch.lesionShare` or 0.7 of
 * whole slices, holds a target, the others are any item, and any place in it.
 *
 * @param targets makes the draw of targets; undefined where there are none
 * @param places makes what draws the place of a draw without a target. @default any place
 */
export function aroundTargets<Options>(
  targets: (items: readonly TrainingItem[], own: Options) => TargetDraw | undefined,
  places?: (options: SamplerOptions, own: Options) => PlaceDraw,
): SamplerSpec<Options> {
  return {
    size: ({ patch, items }) => patch?.size ?? largestSize(items),
    create(options, own) {
      const { items, patch, batchSize, seed } = options;
      const drawTarget = targets(items, own);
      const drawPlace = places?.(options, own);
      const share = patch?.lesionShare ?? usualShare;
      return (step, i) => {
        const random = seededRandom(seed, 'patch', step, i);
        const isWanted = random() < share;
        const target = isWanted ? drawTarget?.(random) : drawPlace?.(random);
        return {
          item: target?.item ?? items[randomInteger(random, items.length)]!,
          pass: step * batchSize + i,
          window: (sample) => windowOf(sample, options, target?.around, random),
        };
      };
    },
  };
}

function windowOf(
  sample: Sample,
  { patch, flips }: SamplerOptions,
  around: PixelDraw | undefined,
  random: Random,
): Window {
  if (patch !== null) return patchWindow(sample, patch, { around, flips }, random);
  return {
    ...wholeSample,
    flipRows: flips && random() < 0.5,
    flipColumns: flips && random() < 0.5,
  };
}

/** No target: any place of any item. */
export const plain: SamplerSpec = aroundTargets(() => undefined);

/**
 * Around a lesion pixel, all of an item equally likely, and all items that have a lesion: large lesions
 * come more often than small ones beside them.
 */
export const pixels: SamplerSpec = aroundTargets((items) => {
  const withLesion = items.filter(({ slice }) => slice.lesionArea > 0);
  if (withLesion.length === 0) return undefined;
  return (random) => ({
    item: withLesion[randomInteger(random, withLesion.length)]!,
    around: randomLesionPixel,
  });
});
