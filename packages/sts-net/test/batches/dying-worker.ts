// Stands for the thread that makes batches, and ends while it reads the second case.
import { workerData } from 'node:worker_threads';
import type { BatchThreadData } from '../../src/batches/batch-worker.ts';

const { port, reading } = workerData as BatchThreadData;
port.on('message', () => {
  reading[0] = 1;
  process.exit(3);
});
