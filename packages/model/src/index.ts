export type { ByteSource } from './bytes/byte-source.ts';
export type { StoredTensor } from './bytes/stored-tensor.ts';
export {
  type AttentionConfig,
  type AttentionName,
  type AttentionSpec,
  attentionFactory,
  attentionNames,
  attentions,
  type CBAMConfig,
  type ESCAConfig,
  type SEConfig,
} from './network/attention.ts';
export { createModel } from './network/create-model.ts';
export { missingStride } from './network/missing-stride.ts';
export type {
  ModelConfig,
  ModelOptions,
  ModelSettings,
  PairOptions,
  PairSettings,
  WholeOptions,
  WholeSettings,
} from './network/model-options.ts';
export { predictionNetwork } from './network/prediction-network.ts';
export {
  type NetworkDescription,
  type OwnNetwork,
  rebuildNetwork,
  UnknownLayerError,
} from './network/rebuild-network.ts';
export { withoutInitialValues } from './network/without-initial-values.ts';
export {
  type ModelPredictor,
  type PredictorOptions,
  predictorOf,
} from './predictor/predictor-of.ts';
export { encodeSafetensors } from './safetensors/encode-safetensors.ts';
export {
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
} from './safetensors/read-safetensors.ts';
export { adaptStem } from './state-dict/adapt-stem.ts';
export { type FittedWeights, loadFittingWeights } from './state-dict/load-fitting-weights.ts';
export {
  type LoadedTorchWeights,
  type LoadTorchWeightsOptions,
  loadTorchWeights,
} from './state-dict/load-torch-weights.ts';
export { type TorchParameter, torchParameters } from './state-dict/torch-parameters.ts';
export { torchStateDict } from './state-dict/torch-state-dict.ts';
export {
  type LayerStatistics,
  layerStatistics,
  type ModelStatistics,
  type ModelStatisticsOptions,
  modelStatistics,
} from './statistics/model-statistics.ts';
export { pixelBytes } from './statistics/pixel-bytes.ts';
export { readTorchCheckpoint } from './torch-checkpoint/read-torch-checkpoint.ts';
export {
  loadWeights,
  type NamedVariable,
  namedWeights,
  storedTensors,
  trainableWeights,
  weightTensors,
} from './weights/named-weights.ts';
