// As sources.mjs, in worker threads alone: the tests' main thread has another loader.
import { isMainThread } from 'node:worker_threads';

if (!isMainThread) await import('./sources.mjs');
