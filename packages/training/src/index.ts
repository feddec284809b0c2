export {
  type Interval,
  type Progress,
  type StepRecord,
  type TrainLoopOptions,
  trainLoop,
} from './loop/train-loop.ts';
export { setTrainingStep, trainStep } from './loop/train-step.ts';
export {
  crossEntropy,
  diceCrossEntropy,
  type Loss,
  type LossName,
  losses,
  lossOf,
} from './losses/losses.ts';
export { AdamW, type AdamWOptions } from './optimizers/adamw.ts';
export type { Optimizer, OptimizerSpec } from './optimizers/optimizer.ts';
export { createOptimizer, type OptimizerConfig, optimizers } from './optimizers/optimizers.ts';
export { type BatchSourceOptions, createBatchSource } from './samplers/batch-source.ts';
export type {
  Draw,
  PatchOptions,
  Sampler,
  SamplerOptions,
  SamplerSpec,
} from './samplers/sampler.ts';
export { type SamplerName, samplers } from './samplers/samplers.ts';
export { type AmplificationOptions, type Amplifier, createAmplifier } from './samples/amplifier.ts';
export { type Batch, type BatchSource, copySample, emptyBatch } from './samples/batch.ts';
export {
  createOnlineAmplifier,
  type Drawn,
  type OnlineAmplifier,
  type OnlineAugmentation,
  type OnlineConfig,
} from './samples/online-amplifier.ts';
export {
  listSlices,
  sliceStatistics,
  type TrainingCase,
  type TrainingItem,
  type TrainingSlice,
} from './samples/training-items.ts';
export {
  type CosineOptions,
  createSchedule,
  type Schedule,
  type ScheduleConfig,
  type ScheduleSpec,
  schedules,
  type TrainingLength,
} from './schedules/schedules.ts';
export {
  type SelectionName,
  type SelectionScore,
  type SelectionSpec,
  selectionScores,
} from './selection/selection-scores.ts';
export { createValidation, type ValidationOptions } from './selection/validation.ts';
