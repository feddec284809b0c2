import { randomInteger } from '@sts-net/amplify';
import { markedPlace } from '../samples/mark.ts';
import { aroundTargets, type PlaceDraw } from './around-lesions.ts';
import { drawLesions } from './lesion-samplers.ts';
import type { SamplerOptions, SamplerSpec } from './sampler.ts';

/** How hard negatives are found and drawn. */
export interface HardNegativeOptions {
  /** Share of the draws without a lesion that hold a false alarm, once any is known, 0 … 1. @default 0.5 */
  readonly share?: number | undefined;
  /** How many training slices are predicted at each validation. @default 64 */
  readonly slices?: number | undefined;
}

/**
 * Lesions as `lesions` draws them. Of the other draws, a share is around false alarms of the network in
 * the training slices, each that is known equally likely; before the first look there are none.
 */
export const hardNegatives: SamplerSpec<HardNegativeOptions> = {
  ...aroundTargets((items) => drawLesions(items, () => () => 1), falseAlarmDraw),
  looksAt({ slices = 64 }) {
    if (Number.isInteger(slices) && slices > 0) return slices;
    throw new RangeError(
      `sampler 'hard-negatives': \`slices\` must be a whole number from 1 on, got ${slices}`,
    );
  },
};

function falseAlarmDraw(
  { falseAlarms }: SamplerOptions,
  { share = 0.5 }: HardNegativeOptions,
): PlaceDraw {
  if (!(share >= 0 && share <= 1)) {
    throw new RangeError(
      `sampler 'hard-negatives': \`share\` must be a number from 0 to 1, got ${share}`,
    );
  }
  if (falseAlarms === undefined) {
    throw new RangeError(
      "sampler 'hard-negatives': needs `falseAlarms`, where the network sees lesions that are not there; give what `createFalseAlarms` makes",
    );
  }
  return (random) => {
    const { places, slices } = falseAlarms;
    // Nothing is drawn for it before any is known, so that the others are those of `lesions`.
    if (places.length === 0 || random() >= share) return undefined;
    const [slice, ...at] = places[randomInteger(random, places.length)]!;
    return {
      item: { slice: slices[slice]!, copy: 'none', at },
      around: (mask) => markedPlace(mask) ?? at,
    };
  };
}
