export {
  type AmplificationMethod,
  type AmplifiedSample,
  type AmplifyOptions,
  amplify,
} from './amplify.ts';
export { type CenterCropOptions, centerCrop } from './center-crop.ts';
export { compact } from './compact.ts';
export { type Box, type CroppedSample, cropAndResize } from './crop.ts';
export { dilate } from './dilate.ts';
export { firstLesion, type Point } from './first-lesion.ts';
export { flipHorizontal, flipVertical } from './flip.ts';
export { lesionArea } from './lesion-area.ts';
export { areaStatistics, type LesionStatistics, lesionStatistics } from './lesion-statistics.ts';
export { type MarginCropOptions, marginCrop } from './margin-crop.ts';
export { minAreaRectangle } from './min-area-rectangle.ts';
export { type CopyPasteOptions, copyPaste } from './online/copy-paste.ts';
export { type LesionCropOptions, lesionCrop } from './online/lesion-crop.ts';
export { type RandomAffineOptions, randomAffine } from './online/random-affine.ts';
export { type RandomFlipOptions, randomFlip } from './online/random-flip.ts';
export { type RandomIntensityOptions, randomIntensity } from './online/random-intensity.ts';
export {
  compose,
  type Random,
  sampleRandom,
  sometimes,
  type Transform,
} from './online/transform.ts';
export { resizeBilinear, resizeNearest, type Size } from './resize.ts';
export type { Sample } from './sample.ts';
export { randomInteger, seededRandom, shuffled } from './seeded-random.ts';
