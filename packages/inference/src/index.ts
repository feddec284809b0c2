export type { Decision } from './labels/decide.ts';
export { foregroundOf } from './labels/foreground.ts';
export { type ListedLesion, type ListLesionsOptions, listLesions } from './labels/list-lesions.ts';
export { type PostprocessOptions, postprocess } from './labels/postprocess.ts';
export { type CreateStore, inMemory, type NumberStore } from './prediction/number-store.ts';
export { type ImagePrediction, predictImage } from './prediction/predict-image.ts';
export {
  type Member,
  type PredictMembersOptions,
  predictMembers,
} from './prediction/predict-members.ts';
export {
  mostLikely,
  type PredictSamplesOptions,
  type Probabilities,
  predictSamples,
} from './prediction/predict-samples.ts';
export {
  type PredictInputOptions,
  type PredictVolumeOptions,
  predictInput,
  predictLabels,
  predictVolume,
} from './prediction/predict-volume.ts';
export { predictionOf } from './prediction/prediction-of.ts';
export { sampleAxis, undo } from './prediction/undo.ts';
export type { VolumePrediction } from './prediction/volume-prediction.ts';
export { type AskedHow, asked, type NetworkMemory, togetherWith } from './predictor/asked.ts';
export { calibrated } from './predictor/calibrated.ts';
export { ensemble } from './predictor/ensemble.ts';
export { type MirrorAxis, mirrored } from './predictor/mirrored.ts';
export { networkBudget, unknownPixelBytes } from './predictor/network-memory.ts';
export {
  type OnnxPredictorOptions,
  type OnnxSession,
  type OnnxTensorClass,
  onnxPredictor,
} from './predictor/onnx-predictor.ts';
export { type ImageShape, type Predictor, softmax } from './predictor/predictor.ts';
export { type TileOptions, tiled } from './predictor/tiled.ts';
export { isVolume, referenceOf } from './preprocessing/channel-volumes.ts';
export { type IntensityMap, type Normalization, toInput } from './preprocessing/normalization.ts';
export {
  type ChosenNormalization,
  type ClipRule,
  chooseNormalization,
  type IntensityFacts,
  type NormalizationRule,
} from './preprocessing/normalization-rule.ts';
export {
  cutSamples,
  intensityFacts,
  type PreprocessedImage,
  type PreprocessOptions,
  preprocess,
} from './preprocessing/preprocess.ts';
export {
  type Channels,
  channelsOf,
  type FullPreprocessing,
  fullPreprocessing,
  isRule,
  type PerChannel,
  type Preprocessing,
  ruleFor,
  type TargetSpacing,
} from './preprocessing/preprocessing.ts';
export type { Quantities, Quantity, Slab } from './quantities/quantity.ts';
export {
  emptyImages,
  type ImageBatch,
  type Window,
  wholeSample,
  writeImage,
} from './samples/write-image.ts';
export { nextTurn } from './turn/next-turn.ts';
