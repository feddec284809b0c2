// What a Node user needs of the packages below, …
export {
  type BackendChoice,
  type BackendInfo,
  type BackendName,
  probeBackends,
  useBackend,
} from '@sts-net/backend';
export {
  type Case,
  type CaseConfig,
  type CaseFolderConfig,
  type CaseList,
  type CaseManifestConfig,
  type CheckManifestOptions,
  type Consensus,
  type ConsensusName,
  checkManifests,
  consensuses,
  type DatasetItem,
  type DatasetName,
  type DatasetOptions,
  type DatasetSpec,
  datasets,
  type ExportedNnunet,
  type ExportNnunetOptions,
  exportNnunet,
  type FoldOptions,
  findCases,
  foldManifest,
  type ImageFiles,
  type ImageSource,
  imageDigest,
  type LabelMap,
  loadManifest,
  type ManifestCheck,
  type ManifestItem,
  type ManifestStatistics,
  type ManifestStatisticsOptions,
  majorityVote,
  manifestStatistics,
  manifestText,
  type PartStatistics,
  type PreparedDataset,
  type PrepareOptions,
  prepareDataset,
  type ReaderPerformance,
  readImageFile,
  readManifest,
  type SelectionOptions,
  type Skipped,
  type Split,
  type SplitConfig,
  type SplitManifestOptions,
  type SplitName,
  type Staple,
  type StapleOptions,
  splitCases,
  splitManifest,
  staple,
  stapleLabels,
  type TargetSlice,
} from '@sts-net/datasets';
export type { AmplificationConfig } from '@sts-net/experiment';
export {
  type Channels,
  type ClipRule,
  calibrated,
  type Decision,
  ensemble,
  type ImagePrediction,
  type ListedLesion,
  listLesions,
  type Member,
  type MirrorAxis,
  mirrored,
  type NormalizationRule,
  type PerChannel,
  type PredictMembersOptions,
  type Predictor,
  type PredictVolumeOptions,
  type Preprocessing,
  postprocess,
  predictImage,
  predictMembers,
  predictVolume,
  type Quantity,
  type Slab,
  type TileOptions,
  tiled,
  type VolumePrediction,
} from '@sts-net/inference';
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
  type PairOptions,
  type PairSettings,
  predictorOf,
  type SafetensorsFile,
  type SEConfig,
  type StoredTensor,
  torchStateDict,
  type WholeOptions,
  type WholeSettings,
} from '@sts-net/model';
export {
  createNetwork,
  type NetworkConfig,
  type NetworkName,
  type NetworkOptions,
  type NetworkSettings,
  type NetworkSpec,
  type NetworkTraining,
  networks,
} from '@sts-net/networks';
export {
  type CaseScore,
  createLoss,
  type Loss,
  type LossChoice,
  type LossName,
  type LossSpec,
  losses,
  type Optimizer,
  type OptimizerSpec,
  optimizers,
  type SamplerSpec,
  type ScheduleSpec,
  type SelectionChoice,
  type SelectionSpec,
  samplers,
  schedules,
  selectionScores,
} from '@sts-net/training';
export {
  createVolume,
  readDicomSeries,
  readImage,
  readVolume,
  type Volume,
  writeImage,
  writeVolume,
  writeVolumeSlabs,
} from '@sts-net/volume-io';
// … and what is this package's own.
export type { CaseCacheConfig } from './cases/case-cache.ts';
export type { CaseSource, SourceCase } from './cases/case-reader.ts';
export type { DataConfig } from './config/data-schema.ts';
export type {
  ExperimentConfig,
  ExperimentInput,
  TrainingConfig,
} from './config/experiment-config.ts';
export { demoText } from './demo/demo-text.ts';
export type { DemoOptions, DemoResult } from './demo/run-demo.ts';
export type { EvaluateModelOptions } from './evaluation/evaluate-model.ts';
export type { EvaluateRunOptions } from './evaluation/evaluate-run.ts';
export {
  type EvaluatedCase,
  type EvaluateVolumesOptions,
  type Evaluation,
  evaluateVolumes,
  type LabelScores,
} from './evaluation/evaluate-volumes.ts';
export type { ExperimentStatistics } from './evaluation/experiment-statistics.ts';
export type { LesionScores } from './evaluation/lesion-scores.ts';
export type { MeanScore } from './evaluation/mean-scores.ts';
export type { VolumePair } from './evaluation/measured-case.ts';
export type { ProbabilityScores } from './evaluation/probability-scores.ts';
export type { SliceScores } from './evaluation/slice-scores.ts';
export type { Grid, GridRun } from './grid/grid-folder.ts';
export type { GridStatus } from './grid/grid-status.ts';
export type { MergedGrid, MergedRow } from './grid/merge-grid.ts';
export type { RunGridOptions } from './grid/run-grid.ts';
export { csvLog } from './loggers/csv-log.ts';
export type { MlflowServer } from './loggers/mlflow-client.ts';
export { type MlflowLogOptions, mlflowLog } from './loggers/mlflow-log.ts';
export type { TrainEvent } from './loggers/run-log.ts';
export { tensorboardLog } from './loggers/tensorboard-log.ts';
export {
  evaluateModel,
  evaluateRun,
  experimentStatistics,
  exportModel,
  exportWeb,
  fingerprint,
  folderTasks,
  gridStatus,
  loadConfig,
  loadModel,
  loadOnnx,
  loadPretrained,
  manifestTasks,
  mergeGrid,
  openGrid,
  openPredictor,
  planConfig,
  planGrid,
  predictMany,
  reportRun,
  runDemo,
  runGrid,
  servePredictions,
  train,
  tuneRun,
  validateConfig,
  watchFolder,
} from './on-demand.ts';
export type { ExportModelOptions } from './onnx/export-model.ts';
export type { OnnxModel } from './onnx/load-onnx.ts';
export type { CaseFacts, LesionFacts } from './planning/case-facts.ts';
export type { Fingerprint, FingerprintOptions } from './planning/fingerprint.ts';
export type { Plan, PlanOptions } from './planning/plan-config.ts';
export type { OpenPredictor, PredictorSettings } from './prediction/open-predictor.ts';
export type { PredictionInput } from './prediction/predict-case.ts';
export type {
  PredictedCounts,
  PredictionTask,
  PredictManyOptions,
} from './prediction/predict-many.ts';
export { type Preset, type PresetName, presets } from './presets/presets.ts';
export type { DownloadProgress } from './pretrained/download-file.ts';
export type { PretrainedOptions } from './pretrained/kept-file.ts';
export { type PretrainedFile, pretrainedFiles } from './pretrained/pretrained-files.ts';
export type { ReportedRun, ReportRunOptions } from './reporting/report-run.ts';
export type { LoadedModel, LoadModelOptions } from './runs/load-model.ts';
export type { RunUseOptions } from './runs/run-use.ts';
export type {
  RunControl,
  TrainCallback,
  TrainOptions,
  TrainResult,
} from './runs/train-options.ts';
export { JobQueue, QueueFullError, type QueuePlace } from './serving/job-queue.ts';
export type { PredictionServer, ServePredictionsOptions } from './serving/serve-predictions.ts';
export type { WatchFolderOptions } from './serving/watch-folder.ts';
export type { Aim, OperatingPoint } from './tuning/operating-point.ts';
export type { OperatingPoints } from './tuning/operating-points-file.ts';
export type { TunedRun, TuneRunOptions } from './tuning/tune-run.ts';
export type { ExportWebOptions } from './web/export-web.ts';
export {
  readSafetensors,
  readSafetensorsFile,
  readTorchCheckpoint,
  saveSafetensors,
  writeSafetensors,
} from './weights/weight-files.ts';
