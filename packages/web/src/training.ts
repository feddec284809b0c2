export {
  type PageCase,
  removeTraining,
  type TrainedInWorker,
  type TrainInWorkerOptions,
  trainedModel,
  trainInWorker,
} from './train-in-worker.ts';
export type { Checkpoints } from './training/run-store.ts';
export type { TrainingEvent } from './training/training-event.ts';
