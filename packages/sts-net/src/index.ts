export {
  readSafetensors,
  readSafetensorsFile,
  type SafetensorsFile,
  type StoredTensor,
} from './checkpoint/read-safetensors.ts';
export { writeSafetensors } from './checkpoint/write-safetensors.ts';
export type { AmplificationConfig } from './config/amplification-config.ts';
export type {
  CaseConfig,
  CaseFolderConfig,
  CaseManifestConfig,
  DataConfig,
  EdgeName,
  NormalizationConfig,
  SplitConfig,
} from './config/data-config.ts';
export type { ExperimentConfig } from './config/experiment-config.ts';
export { loadConfig } from './config/load-config.ts';
export type { OnlineConfig } from './config/online-config.ts';
export type {
  LossName,
  OptimizerConfig,
  PatchConfig,
  ScheduleConfig,
  TrainingConfig,
  ValidationConfig,
} from './config/training-config.ts';
export { validateConfig } from './config/validate-config.ts';
export type { Case } from './data/case.ts';
export { findCases } from './data/find-cases.ts';
export { readImageFile } from './data/read-image-file.ts';
export { type Split, type SplitName, splitCases } from './data/split.ts';
export {
  type CheckManifestOptions,
  checkManifests,
  type ManifestCheck,
} from './datasets/check-manifest.ts';
export type { DatasetItem, DatasetOptions, DatasetSpec, Skipped } from './datasets/dataset.ts';
export { type DatasetName, datasets } from './datasets/datasets.ts';
export { imageDigest } from './datasets/image-digest.ts';
export type { PreparedDataset, SelectionOptions } from './datasets/item-collection.ts';
export { loadManifest } from './datasets/load-manifest.ts';
export type { ManifestItem } from './datasets/manifest-item.ts';
export {
  type ManifestStatistics,
  type ManifestStatisticsOptions,
  manifestStatistics,
  type PartStatistics,
  type TargetSlice,
} from './datasets/manifest-statistics.ts';
export { manifestText } from './datasets/manifest-text.ts';
export { type PrepareOptions, prepareDataset } from './datasets/prepare-dataset.ts';
export { readManifest } from './datasets/read-manifest.ts';
export {
  type FoldOptions,
  foldManifest,
  type SplitManifestOptions,
  splitManifest,
} from './datasets/split-manifest.ts';
export { type DemoOptions, type DemoResult, demoText, runDemo } from './demo/index.ts';
export { type EvaluateModelOptions, evaluateModel } from './evaluation/evaluate-model.ts';
export {
  type CaseScores,
  type Evaluation,
  evaluateVolumes,
  type LesionScores,
  type VolumePair,
} from './evaluation/evaluate-volumes.ts';
export {
  type ExperimentStatistics,
  experimentStatistics,
} from './evaluation/experiment-statistics.ts';
export type { Classifier } from './inference/classifier.ts';
export { type LoadedModel, type LoadModelOptions, loadModel } from './inference/load-model.ts';
export { predictImage } from './inference/predict-image.ts';
export type { PredictMasksOptions } from './inference/predict-masks.ts';
export { type PredictVolumeOptions, predictVolume } from './inference/predict-volume.ts';
export {
  type AttentionConfig,
  type AttentionName,
  type CBAMConfig,
  createModel,
  type ESCAConfig,
  type LayerStatistics,
  type LoadedTorchWeights,
  layerStatistics,
  loadTorchWeights,
  type ModelConfig,
  type ModelOptions,
  type ModelSettings,
  type ModelStatistics,
  type ModelStatisticsOptions,
  modelStatistics,
  type SEConfig,
  type TorchTensor,
} from './model/index.ts';
export { type ExportModelOptions, exportModel } from './onnx/export-model.ts';
export { loadOnnx, type OnnxModel } from './onnx/load-onnx.ts';
export { type Preset, type PresetName, presets } from './presets/presets.ts';
export {
  type Report,
  type ReportCase,
  type ReportColumn,
  type ReportData,
  type ReportRun,
  type ReportScores,
  type ReportSplit,
  renderReport,
} from './report/index.ts';
export { AdamW, type NamedVariable } from './training/adamw.ts';
export { crossEntropy, diceCrossEntropy, type Loss } from './training/losses.ts';
export { learningRateAt } from './training/schedule.ts';
export { type TrainOptions, type TrainResult, train } from './training/train.ts';
export type { TrainEvent } from './training/train-event.ts';
export type { DownloadProgress } from './weights/download-file.ts';
export { type LoadPretrainedOptions, loadPretrained } from './weights/load-pretrained.ts';
export { type PretrainedFile, pretrainedFiles } from './weights/pretrained-files.ts';
export { readTorchCheckpoint } from './weights/read-torch-checkpoint.ts';
export { saveSafetensors } from './weights/save-safetensors.ts';
export { torchStateDict } from './weights/torch-state-dict.ts';
