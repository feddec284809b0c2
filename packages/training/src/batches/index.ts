// What makes batches, without TensorFlow.js: for the thread beside the one that trains.
export type { FalseAlarms } from '../negatives/false-alarms.ts';
export {
  answerBatches,
  type BatchPort,
  batchesThrough,
  type RemoteBatches,
} from '../prefetch/batch-port.ts';
export { type PrefetchOptions, prefetched } from '../prefetch/prefetched.ts';
export { type BatchSourceOptions, createBatchSource } from '../samplers/batch-source.ts';
export type { SamplerChoice } from '../samplers/samplers.ts';
export { createAmplifier } from '../samples/amplifier.ts';
export { type Batch, type BatchSource, copySample, emptyBatch } from '../samples/batch.ts';
export { createOnlineAmplifier, type OnlineAugmentation } from '../samples/online-amplifier.ts';
export {
  listSlices,
  type TrainingCase,
  type TrainingItem,
  type TrainingSlice,
} from '../samples/training-items.ts';
