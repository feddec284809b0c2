export { imageArrays } from './image/image-arrays.ts';
export type { LendOptions } from './image/lend.ts';
export { resizeBilinear, resizeNearest, type Size } from './image/resize.ts';
export type { Box } from './lesion/box.ts';
export { dilate } from './lesion/dilate.ts';
export { firstLesion, type Point } from './lesion/first-lesion.ts';
export { lesionArea } from './lesion/lesion-area.ts';
export {
  areaStatistics,
  type LesionStatistics,
  lesionStatistics,
} from './lesion/lesion-statistics.ts';
export { minAreaRectangle } from './lesion/min-area-rectangle.ts';
export { type AmplifyOptions, amplify } from './methods/amplify.ts';
export {
  type AmplificationMethod,
  type AreaLimitOptions,
  areaLimit,
  isAmplified,
} from './methods/area-limit.ts';
export {
  type AmplifiedSample,
  amplifiedCopy,
  type CopyOptions,
  copyNames,
} from './methods/copies.ts';
export {
  type AugmentationContext,
  type AugmentationName,
  type AugmentationOptions,
  type AugmentationSpec,
  augmentations,
  createAugmentation,
  type DonorOptions,
} from './online/augmentations.ts';
export { type CopyPasteOptions, copyPaste } from './online/copy-paste.ts';
export { type LesionCropOptions, lesionCrop } from './online/lesion-crop.ts';
export { type RandomAffineOptions, randomAffine } from './online/random-affine.ts';
export { type RandomBiasFieldOptions, randomBiasField } from './online/random-bias-field.ts';
export { type RandomBlurOptions, randomBlur } from './online/random-blur.ts';
export { type RandomElasticOptions, randomElastic } from './online/random-elastic.ts';
export { type RandomFlipOptions, randomFlip } from './online/random-flip.ts';
export { type RandomGammaOptions, randomGamma } from './online/random-gamma.ts';
export { type RandomIntensityOptions, randomIntensity } from './online/random-intensity.ts';
export { type RandomResolutionOptions, randomResolution } from './online/random-resolution.ts';
export { compose, sampleRandom, sometimes, type Transform } from './online/transform.ts';
export { type CenterCropOptions, centerCrop } from './operations/center-crop.ts';
export { compact } from './operations/compact.ts';
export { type CroppedSample, cropAndResize } from './operations/crop.ts';
export { flipHorizontal, flipVertical } from './operations/flip.ts';
export { type MarginCropOptions, marginCrop } from './operations/margin-crop.ts';
export { type Random, randomInteger, seededRandom, shuffled } from './random/random.ts';
export type { Sample } from './sample/sample.ts';
