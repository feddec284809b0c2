import type { Sample } from '../sample/sample.ts';
import { type CopyPasteOptions, copyPaste } from './copy-paste.ts';
import { type LesionCropOptions, lesionCrop } from './lesion-crop.ts';
import { type RandomAffineOptions, randomAffine } from './random-affine.ts';
import { type RandomBiasFieldOptions, randomBiasField } from './random-bias-field.ts';
import { type RandomBlurOptions, randomBlur } from './random-blur.ts';
import { type RandomElasticOptions, randomElastic } from './random-elastic.ts';
import { type RandomFlipOptions, randomFlip } from './random-flip.ts';
import { type RandomGammaOptions, randomGamma } from './random-gamma.ts';
import { type RandomIntensityOptions, randomIntensity } from './random-intensity.ts';
import { type RandomResolutionOptions, randomResolution } from './random-resolution.ts';
import type { Transform } from './transform.ts';

/** Options of the augmentation `copy-paste`: donors are found by the context, not handed in. */
export interface DonorOptions extends Omit<CopyPasteOptions, 'donors'> {
  /** Samples whose lesions are kept in memory, drawn with the seed. @default 32 */
  readonly donors?: number;
}

/** The options of each augmentation that has a name; all of them plain data. */
export interface AugmentationOptions {
  'lesion-crop': LesionCropOptions;
  flip: RandomFlipOptions;
  affine: RandomAffineOptions;
  elastic: RandomElasticOptions;
  intensity: RandomIntensityOptions;
  gamma: RandomGammaOptions;
  'bias-field': RandomBiasFieldOptions;
  blur: RandomBlurOptions;
  'low-resolution': RandomResolutionOptions;
  'copy-paste': DonorOptions;
}

/** The augmentations known by name. */
export type AugmentationName = keyof AugmentationOptions;

/** What augmentations may ask of the data that they are made for. */
export interface AugmentationContext {
  /** Up to `count` samples of the training split that have a lesion, of two groups at least. */
  donors(count: number): Promise<readonly Sample[]>;
}

/**
 * A way to change samples each time they are drawn, made once for a training. One's own may take
 * any options; they come as they stand in the config.
 */
export interface AugmentationSpec<Options extends object = object> {
  /** @throws {RangeError} if an option is out of range */
  create(options: Options, context: AugmentationContext): Transform | Promise<Transform>;
}

/** What each name stands for. */
export const augmentations: {
  readonly [Name in AugmentationName]: AugmentationSpec<AugmentationOptions[Name]>;
} = {
  'lesion-crop': { create: (options) => lesionCrop(options) },
  flip: { create: (options) => randomFlip(options) },
  affine: { create: (options) => randomAffine(options) },
  elastic: { create: (options) => randomElastic(options) },
  intensity: { create: (options) => randomIntensity(options) },
  gamma: { create: (options) => randomGamma(options) },
  'bias-field': { create: (options) => randomBiasField(options) },
  blur: { create: (options) => randomBlur(options) },
  'low-resolution': { create: (options) => randomResolution(options) },
  'copy-paste': {
    create: async ({ donors = 32, ...options }, context) =>
      copyPaste({ ...options, donors: await context.donors(donors) }),
  },
};

/**
 * Makes the transform that an augmentation stands for, for `sometimes` and `compose`.
 * @param augmentation a name, or a specification of one's own
 * @param options for a name those of `AugmentationOptions`; further fields are passed over
 * @throws {RangeError} for an unknown name, or an option that is out of range
 */
export async function createAugmentation(
  augmentation: AugmentationName | AugmentationSpec,
  options: object,
  context: AugmentationContext,
): Promise<Transform> {
  return specOf(augmentation).create(options, context);
}

function specOf(augmentation: AugmentationName | AugmentationSpec): AugmentationSpec {
  if (typeof augmentation !== 'string') return augmentation;
  if (!Object.hasOwn(augmentations, augmentation)) {
    throw new RangeError(
      `\`createAugmentation\`: there is no augmentation '${augmentation}'; there are ${Object.keys(augmentations).join(', ')}.`,
    );
  }
  return augmentations[augmentation];
}
