export { type AmplificationConfig, amplificationSchema } from './config/amplification-schema.ts';
export { cacheMegabytes, labelsSchema, splitSchema } from './config/data-fields.ts';
export { firstDifference, lastingPart } from './config/lasting-part.ts';
export { classWeightsOf, type Loss, lossSchema } from './config/loss-schema.ts';
export {
  type MemoryConfig,
  type MemoryConfigInput,
  seed,
  validateMemoryConfig,
} from './config/memory-config.ts';
export {
  classCount,
  modelSchema,
  pairFields,
  partNames,
  predictionSettings,
} from './config/model-schema.ts';
export { networkSettings } from './config/network-schema.ts';
export {
  preprocessingSchema,
  type SavedPreprocessing,
  savedPreprocessingSchema,
} from './config/preprocessing-schema.ts';
export { type Target, targetsSchema } from './config/targets-schema.ts';
export { checkTogether, withUsualLoss } from './config/together.ts';
export { trainingSchema } from './config/training-schema.ts';
export { anewText } from './training/anew-text.ts';
export { buildModel } from './training/build-model.ts';
export { checkFinite } from './training/check-finite.ts';
export {
  type OwnParts,
  type PreparedTraining,
  prepareTraining,
  type Validated,
} from './training/prepare-training.ts';
export { falseAlarmSchema, progressSchema } from './training/progress-schema.ts';
export { checkLength, stepsOf } from './training/run-length.ts';
export { type RunNormalization, runNormalization } from './training/run-normalization.ts';
export {
  type ReadySteps,
  runSteps,
  type StepEvent,
  type StepHooks,
  type WarningEvent,
} from './training/run-steps.ts';
