// What reads cases and makes batches, without TensorFlow.js: for the thread beside the one that trains.
export type { CaseReader } from '../cases/case-reader.ts';
export {
  CaseStore,
  type CaseStoreOptions,
  type CaseUse,
  type KeptCases,
  type LoadedCase,
  type StoredCase,
} from '../cases/case-store.ts';
export { channelsOfCases } from '../cases/channels-of-cases.ts';
export { evenly } from '../cases/evenly.ts';
export { saidOnce } from '../cases/said-once.ts';
export {
  type BatchConfig,
  type Batches,
  createBatches,
  type OwnBatchParts,
} from './create-batches.ts';
