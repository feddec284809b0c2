import type { MemoryConfigInput } from '@sts-net/experiment';
import {
  type FileContent,
  type ImageSource,
  plainInput,
  type SegmentInput,
} from './files/image-source.ts';
import { assetsAddress } from './prediction/assets-address.ts';
import type { EngineChoice } from './prediction/start-engine.ts';
import type { PlainCase } from './training/read-cases.ts';
import { type Checkpoints, type RunStore, runStore } from './training/run-store.ts';
import type { JobControl, JobResult, TrainingJob } from './training/train-job.ts';
import type { TrainingEvent } from './training/training-event.ts';
import { NoWorkerError, startWorker } from './worker/start-worker.ts';
import { trainThere } from './worker/train-there.ts';
import type { TrainingAnswer, TrainingQuestion } from './worker/training-messages.ts';

/** A case to train or validate with. */
export interface PageCase {
  /** Unique. */
  readonly id: string;
  /** Patient: cases of one group are never divided over splits. @default the id */
  readonly group?: string | undefined;
  /** As `segment` takes it: a file, the files of a DICOM series, a volume; or one for each named channel. */
  readonly image: SegmentInput;
  /** Its labels, 0 is background: a volume on the grid of the image, or of a picture a picture. */
  readonly mask: ImageSource;
}

/** Options of {@link trainInWorker}. */
export interface TrainInWorkerOptions {
  readonly cases: Iterable<PageCase>;
  /**
   * The parts of Node's config that say how to train: `model`, `training`, `preprocessing`, `amplification`,
   * `data` (`split`, `labels`, `cacheMegabytes`), `targets`, `seed`.
   */
  readonly config: MemoryConfigInput;
  /** What the training is called where its checkpoints are kept: letters, digits, `.`, `-`, `_`. */
  readonly run: string;
  /** Goes on where the run of that name stopped; begins if there is none. @default false */
  readonly resume?: boolean | undefined;
  /** Weights to start from, as `sts-net export web` or a training wrote them; layers that they do not fit start anew. @default random weights */
  readonly start?: FileContent | undefined;
  /** @default 'auto': WebGPU on a real graphics processor, else WebAssembly */
  readonly engine?: EngineChoice | undefined;
  /** Address of the folder, with `/` at its end, in which the .wasm files of `@tensorflow/tfjs-backend-wasm` lie. @default beside the page's program */
  readonly assets?: string | URL | undefined;
  /**
   * Whether to train in a worker, so that the page stays alive; or what makes one, whose program imports
   * `@sts-net/web/training-worker`. Where none can be had, this thread trains, and an event says why.
   * @default true
   */
  readonly worker?: boolean | (() => Worker) | undefined;
  /** Where checkpoints are kept. @default 'auto': OPFS, else the Cache API, else memory, which an event says */
  readonly checkpoints?: Checkpoints | undefined;
  /** When aborted, the step is finished and a checkpoint saved; before the first step it throws the reason. */
  readonly signal?: AbortSignal | undefined;
  /** Told of every case that is read, step, validation and warning; what it throws ends the training. */
  readonly onEvent?: ((event: TrainingEvent) => void) | undefined;
}

/** What came of a training in a page. */
export interface TrainedInWorker extends JobResult {
  /**
   * The weights of the best validation, or without cases to validate with those of the last step: a file that
   * `openSegmenter` opens. Undefined where the training was stopped before it had any.
   */
  readonly model: Blob | undefined;
  /** Where it is kept: `OPFS`, `Cache API` or `memory`. */
  readonly checkpoints: string;
}

/**
 * Trains a segmentation network in a page, by the steps of Node's `train`: the same config, seed and cases
 * give the same losses on the same engine. What it is trained on stays in the page, and its memory is
 * given back when it ends. A run that is stopped, or whose page is closed, goes on with `resume` to the same
 * numbers as one that is not.
 *
 * @throws Error naming the field of the config, the case or the file that is wrong, or why there is no
 * engine; checkpoints that were written before stay
 */
export async function trainInWorker({
  cases,
  config,
  run,
  resume = false,
  start,
  engine = 'auto',
  assets,
  worker = true,
  checkpoints = 'auto',
  signal,
  onEvent = () => {},
}: TrainInWorkerOptions): Promise<TrainedInWorker> {
  const store = await runStore(checkpoints);
  const plain = Array.from(cases, plainCase);
  return alone(run, async () => {
    const checkpoint = await store.read(run, 'last');
    if (checkpoint !== undefined && !resume) {
      throw new RangeError(
        `\`trainInWorker\`: '${run}' has been trained here already; go on with it (\`resume\`), remove it (\`removeTraining\`), or choose another \`run\``,
      );
    }
    if (checkpoint === undefined) await store.remove(run);
    if (store.name === 'memory') {
      onEvent({
        event: 'warning',
        step: 0,
        message:
          'checkpoints are in memory, since the browser lets this page store nothing (it must come from https or localhost, and not be in a private window); a reload loses them',
      });
    }
    const job: TrainingJob = {
      ...{ run, config, engine, checkpoint, cases: plain },
      assets: assets === undefined ? undefined : assetsAddress(assets),
      start: start === undefined || start instanceof Blob ? start : new Blob([start as BlobPart]),
    };
    const save: JobControl['save'] = (file, content) => store.write(run, file, content);
    const result = await trainSomewhere(job, worker, { signal, onEvent, save });
    return { ...result, model: await store.read(run, 'best'), checkpoints: store.name };
  });
}

/** The model of a training in this browser, as `trainInWorker` gave it; undefined where there is none. */
export async function trainedModel(
  run: string,
  { checkpoints = 'auto' }: Pick<TrainInWorkerOptions, 'checkpoints'> = {},
): Promise<Blob | undefined> {
  return (await runStore(checkpoints)).read(run, 'best');
}

/** Removes a training from this browser, its model too; nothing happens where there is none. */
export async function removeTraining(
  run: string,
  { checkpoints = 'auto' }: Pick<TrainInWorkerOptions, 'checkpoints'> = {},
): Promise<void> {
  const store: RunStore = await runStore(checkpoints);
  await alone(run, () => store.remove(run));
}

function plainCase({ id, group = id, image, mask }: PageCase): PlainCase {
  const caller = `\`trainInWorker\`: case '${id}'`;
  const plainMask = plainInput(mask, caller, 'the mask');
  if ('channels' in plainMask) {
    throw new TypeError(`${caller}: the mask must be one image, got named channels; give one`);
  }
  return { id, group, image: plainInput(image, caller, 'the image'), mask: plainMask };
}

async function trainSomewhere(
  job: TrainingJob,
  worker: boolean | (() => Worker),
  control: JobControl,
): Promise<JobResult> {
  const { signal, onEvent } = control;
  signal?.throwIfAborted();
  if (worker !== false) {
    try {
      const started = await startWorker<TrainingQuestion, TrainingAnswer>(
        worker === true ? ownWorker : worker,
      );
      return await trainThere(started, job, control);
    } catch (error) {
      if (!(error instanceof NoWorkerError)) throw error;
      const message = `this thread trains, and the page stands still during a step: ${error.message}`;
      onEvent({ event: 'warning', step: 0, message });
    }
  }
  const { trainJob } = await import('./training/train-job.ts');
  return trainJob(job, control);
}

function ownWorker(): Worker {
  if (typeof Worker === 'undefined') throw new Error('there are no workers here');
  // Bundlers know this form, and what is built has this name.
  return new Worker(new URL('./training-worker.js', import.meta.url), { type: 'module' });
}

/** @throws Error if another page of this origin has the run */
async function alone<T>(run: string, work: () => Promise<T>): Promise<T> {
  const { locks } = (globalThis.navigator ?? {}) as { readonly locks?: LockManager };
  // Browsers have it for pages from https and localhost, as they have files of the page's own.
  if (locks === undefined) return work();
  return locks.request(`sts-net run ${run}`, { ifAvailable: true }, (lock) => {
    if (lock !== null) return work();
    throw new Error(
      `'${run}' is being trained in this browser already, maybe in another tab; wait for it, or choose another \`run\``,
    );
  });
}
