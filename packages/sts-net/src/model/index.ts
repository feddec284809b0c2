export type {
  AttentionConfig,
  AttentionName,
  CBAMConfig,
  ESCAConfig,
  SEConfig,
} from './attention.ts';
export { createModel } from './create-model.ts';
export {
  type LoadedTorchWeights,
  loadTorchWeights,
  type TorchTensor,
} from './load-torch-weights.ts';
export {
  type ModelConfig,
  type ModelOptions,
  type ModelSettings,
  modelConfigSchema,
  modelSettingsSchema,
} from './model-config.ts';
export {
  type LayerStatistics,
  layerStatistics,
  type ModelStatistics,
  type ModelStatisticsOptions,
  modelStatistics,
} from './model-statistics.ts';
