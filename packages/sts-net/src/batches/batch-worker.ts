// Runs in a worker thread: reads cases and makes the batches that it is asked for.
import { type MessagePort, workerData } from 'node:worker_threads';
import { type Batches, createBatches } from '@sts-net/experiment/batches';
import { answerBatches, type BatchPort } from '@sts-net/training/batches';
import { CaseCache } from '../cases/case-cache.ts';
import { CaseStore } from '../cases/case-store.ts';
import { type BatchPlan, slicesOf } from './batch-plan.ts';

/** What the thread is started with. */
export interface BatchThreadData {
  readonly plan: BatchPlan;
  readonly port: MessagePort;
  /** Told the place of the case that was read last for a batch, −1 between batches. */
  readonly reading: Int32Array;
}

const { plan, port, reading } = workerData as BatchThreadData;
const { config, megabytes, cache } = plan;
const { preprocessing, model } = config;
const store = new CaseStore(
  { preprocessing, classes: model.classes },
  { megabytes, cache: cache && new CaseCache(cache, { digests: cache.digests, writes: false }) },
);
const cases = plan.cases.map((one, place) => {
  const known = store.trainingCase(one);
  return {
    ...known,
    load() {
      reading[0] = place;
      return known.load();
    },
  };
});
let batches: Batches | undefined;
answerBatches(port as unknown as BatchPort, {
  async batch(step) {
    batches ??= await createBatches(config, slicesOf(plan, cases));
    const batch = await batches.source.batch(step);
    reading[0] = -1;
    return batch;
  },
});
