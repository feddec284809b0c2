export { WeightAverage, type WeightAverageOptions } from './averages/weight-average.ts';
export {
  hasStoppedEarly,
  type Interval,
  newProgress,
  type Progress,
  type StepRecord,
  type TrainLoopOptions,
  trainLoop,
} from './loop/train-loop.ts';
export { type StepOptions, setTrainingStep, trainStep } from './loop/train-step.ts';
export {
  createTraining,
  type OwnTrainingParts,
  type Training,
  type TrainingSettings,
} from './loop/training.ts';
export type {
  ClassWeightOptions,
  Loss,
  LossFunction,
  LossMap,
  LossSpec,
  MappedLoss,
  Truth,
} from './losses/contract/loss.ts';
export type { InstanceLossOptions } from './losses/instances/instance-losses.ts';
export {
  createLoss,
  type LossChoice,
  type LossConfig,
  type LossName,
  type LossOptions,
  type LossPart,
  losses,
} from './losses/losses.ts';
export type { CentroidNetOptions } from './losses/networks/centroidnet.ts';
export { lossNet } from './losses/networks/lossnet.ts';
export type { UncertaintyOptions } from './losses/networks/uncertainty.ts';
export type { BoundaryOptions } from './losses/pixels/boundary.ts';
export type { FocalOptions, TopKCrossEntropyOptions } from './losses/pixels/cross-entropy.ts';
export type { LovaszOptions } from './losses/pixels/lovasz-softmax.ts';
export type {
  FocalTverskyOptions,
  OverlapOptions,
  TverskyOptions,
} from './losses/pixels/overlap.ts';
export type { SigmoidDiceOptions } from './losses/pixels/sigmoid-dice.ts';
export type { StructureOptions } from './losses/pixels/structure.ts';
export {
  type FalseAlarm,
  type FalseAlarmOptions,
  type FalseAlarmState,
  FalseAlarms,
  type Look,
} from './negatives/false-alarms.ts';
export type { AdamOptions } from './optimizers/adam.ts';
export { type Frozen, freeze } from './optimizers/freeze.ts';
export type { Optimizer, OptimizerSpec, TrainedWeight } from './optimizers/optimizer.ts';
export { createOptimizer, type OptimizerConfig, optimizers } from './optimizers/optimizers.ts';
export type { SgdOptions } from './optimizers/sgd.ts';
export { groupWeights, type WeightGroupOptions } from './optimizers/weight-groups.ts';
export {
  answerBatches,
  type BatchPort,
  batchesThrough,
  type RemoteBatches,
} from './prefetch/batch-port.ts';
export { type PrefetchOptions, prefetched } from './prefetch/prefetched.ts';
export { type BatchSourceOptions, createBatchSource } from './samplers/batch-source.ts';
export type { HardNegativeOptions } from './samplers/hard-negatives.ts';
export type { SizeOptions } from './samplers/lesion-samplers.ts';
export type {
  Draw,
  PatchOptions,
  Sampler,
  SamplerOptions,
  SamplerSpec,
} from './samplers/sampler.ts';
export {
  createFalseAlarms,
  type SamplerChoice,
  type SamplerConfig,
  type SamplerName,
  type SamplerSettings,
  samplers,
} from './samplers/samplers.ts';
export { countSizes, type SizeCount } from './samplers/shown-lesions.ts';
export { type AmplificationOptions, type Amplifier, createAmplifier } from './samples/amplifier.ts';
export { type Batch, type BatchSource, copySample, emptyBatch } from './samples/batch.ts';
export {
  createOnlineAmplifier,
  type Drawn,
  type OnlineAmplifier,
  type OnlineAugmentation,
  type OnlineConfig,
} from './samples/online-amplifier.ts';
export type { SliceLesion } from './samples/slice-lesions.ts';
export {
  listSlices,
  sliceStatistics,
  type TrainingCase,
  type TrainingItem,
  type TrainingSlice,
} from './samples/training-items.ts';
export type { CosineOptions, DecayOptions, PolynomialOptions } from './schedules/decays.ts';
export type { OneCycleOptions } from './schedules/one-cycle.ts';
export type { Schedule, ScheduleSpec, TrainingLength } from './schedules/schedule.ts';
export {
  createSchedule,
  type ScheduleConfig,
  type ScheduleName,
  type ScheduleOptions,
  schedules,
} from './schedules/schedules.ts';
export type { WarmupOptions } from './schedules/warmup.ts';
export type { Scored } from './selection/best-scores.ts';
export type {
  CaseScore,
  SelectionScore,
  SelectionSpec,
  ValidatedCase,
  ValidatedRun,
} from './selection/selection-score.ts';
export { type SelectionName, selectionScores } from './selection/selection-scores.ts';
export {
  createValidation,
  type SelectionChoice,
  type ValidationOptions,
} from './selection/validation.ts';
