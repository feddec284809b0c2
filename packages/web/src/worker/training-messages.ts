import type { JobResult, KeptFile, TrainingJob } from '../training/train-job.ts';
import type { TrainingEvent } from '../training/training-event.ts';
import type { PlainError } from './messages.ts';

/** What a worker that trains is asked, and told of the file that it asked to be kept. */
export type TrainingQuestion =
  | { readonly ask: 'train'; readonly job: TrainingJob }
  | { readonly ask: 'stop' }
  | { readonly ask: 'go on'; readonly error?: PlainError };

/** What it tells: that it runs, how far it is, what is to be kept, and what came of it. */
export type TrainingAnswer =
  | { readonly tell: 'ready' }
  | { readonly tell: 'event'; readonly event: TrainingEvent }
  | { readonly tell: 'save'; readonly file: KeptFile; readonly content: Blob }
  | { readonly tell: 'trained'; readonly result: JobResult }
  | { readonly tell: 'failed'; readonly error: PlainError };
