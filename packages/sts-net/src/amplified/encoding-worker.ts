// Runs in a worker thread: answers each job, in their order, with its result or its error.
import { parentPort, workerData } from 'node:worker_threads';
import { type EncodingJob, type EncodingSettings, encodeSamples } from './encode-samples.ts';
import type { Answer } from './encoding-pool.ts';

const port = parentPort!;
let last: Promise<void> = Promise.resolve();
port.on('message', (job: EncodingJob) => {
  last = last.then(() => answer(job));
});

async function answer(job: EncodingJob): Promise<void> {
  try {
    const encoded = await encodeSamples(job, workerData as EncodingSettings);
    const buffers = encoded.flatMap(({ image, mask }) => [image.buffer, mask.buffer]);
    port.postMessage({ encoded } satisfies Answer, buffers);
  } catch (error) {
    port.postMessage({ error } satisfies Answer);
  }
}
