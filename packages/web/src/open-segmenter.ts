import type { BackendInfo } from '@sts-net/backend';
import { type MirrorAxis, predictionOf, type TileOptions } from '@sts-net/inference';
import type { Volume } from '@sts-net/volume-io';
import { plainInput, type SegmentInput } from './files/image-source.ts';
import { type LoadModelOptions, loadModel, type ModelSource } from './loading/load-model.ts';
import type { ModelDescription } from './model/model-description.ts';
import { assetsAddress } from './prediction/assets-address.ts';
import { type Decided, type DecideOptions, decided } from './prediction/decided.ts';
import type { ModelToOpen, OpenNetwork, Progress } from './prediction/open-network.ts';
import type { EngineChoice } from './prediction/start-engine.ts';
import { NoWorkerError } from './worker/start-worker.ts';
import { openWorkerNetwork } from './worker/worker-network.ts';

/** Options of {@link openSegmenter}. */
export interface OpenSegmenterOptions extends Pick<LoadModelOptions, 'cache' | 'signal'> {
  /** The address of a `model.json`, or a `weights.safetensors`, of `sts-net export web`. */
  readonly model: ModelSource;
  /** @default 'auto': WebGPU on a real graphics processor, else WebAssembly */
  readonly engine?: EngineChoice | undefined;
  /**
   * Address of the folder, with `/` at its end, in which the .wasm files of `@tensorflow/tfjs-backend-wasm` lie.
   * @default that of the model, if `sts-net export web` wrote them; else beside the page's program
   */
  readonly assets?: string | URL | undefined;
  /**
   * Whether to compute in a worker, so that the page stays alive; or what makes one, whose program imports
   * `@sts-net/web/worker`. Where none can be had, this thread computes, and `info` says why.
   * @default true
   */
  readonly worker?: boolean | (() => Worker) | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** Options of `segment`. */
export interface SegmentOptions extends DecideOptions {
  /** Mirror images that are looked at too. @default none */
  readonly mirror?: readonly MirrorAxis[] | undefined;
  /** Larger slices are seen in tiles. @default where memory needs it */
  readonly tiles?: TileOptions | undefined;
  /** Looks along all three axes of a volume. @default along that of the training */
  readonly axes?: boolean | undefined;
  /** `SeriesInstanceUID` of the DICOM series to read. @default the only one there is */
  readonly series?: string | undefined;
  readonly signal?: AbortSignal | undefined;
  readonly onProgress?: ((progress: Progress) => void) | undefined;
}

/** What was found in an image. */
export interface Segmentation extends Decided {
  /** Of each class, the background first, 0 … 1, on the image's own grid. */
  readonly probabilities: readonly Volume<Float32Array>[];
  /** The image as it was read; of named channels the first. The slices of a 2-D image are its colours. */
  readonly image: Volume;
  /** Whether it is a 2-D image, in which mm are pixels. */
  readonly flat: boolean;
  /** What is odd about the files. */
  readonly warnings: readonly string[];
  /** How long reading and predicting took. */
  readonly seconds: number;
  /** Labels and lesions anew, from the same probabilities, in this thread. */
  decide(options: DecideOptions): Decided;
}

/** What a model is, and what it runs on. */
export interface SegmenterInfo extends ModelDescription {
  /** What computes, and why. */
  readonly engine: BackendInfo;
  /** Whether a worker computes. */
  readonly worker: boolean;
  /** Why none does; empty where one does, or none was asked for. */
  readonly noWorker: string;
  /** Where the model was taken from. */
  readonly from: 'network' | 'cache' | 'memory';
}

/** A model that finds lesions. */
export interface Segmenter {
  readonly info: SegmenterInfo;
  /**
   * Finds lesions. One image at a time: others wait.
   *
   * @param input a file, the files of a DICOM series, or a volume; or one for each named channel
   * @throws what `signal` was aborted with; TypeError or an Error naming the file that cannot be read
   */
  segment(input: SegmentInput, options?: SegmentOptions): Promise<Segmentation>;
  /** Gives the memory back; what is under way ends. */
  close(): void;
}

/**
 * Opens a model in a page, or in any other runtime with `fetch` and `Blob`.
 *
 * @throws Error naming the address that was tried and what came; or which engine cannot be had, and why
 */
export async function openSegmenter({
  model: source,
  engine = 'auto',
  assets,
  cache,
  worker = true,
  signal,
  onProgress = () => {},
}: OpenSegmenterOptions): Promise<Segmenter> {
  const loaded = await loadModel(source, {
    cache,
    signal,
    onBytes: (done, total) => onProgress({ stage: 'download', done, total }),
  });
  const { description, weights, subject, from } = loaded;
  const model: ModelToOpen = {
    ...{ description, weights, subject, engine },
    assets: assets === undefined ? loaded.assets : assetsAddress(assets),
  };
  onProgress({ stage: 'start', done: 0, total: 1 });
  const opening = open(model, worker);
  const { network, noWorker } = await unlessAborted(opening, signal).catch((error) => {
    // What opens after all is closed again.
    opening.then((opened) => opened.network.close()).catch(() => {});
    throw error;
  });
  onProgress({ stage: 'start', done: 1, total: 1 });
  const info: SegmenterInfo = {
    ...description,
    engine: network.engine,
    worker: worker !== false && noWorker === '',
    noWorker,
    from,
  };
  return segmenterOf(network, info);
}

async function open(
  model: ModelToOpen,
  worker: boolean | (() => Worker),
): Promise<{ readonly network: OpenNetwork; readonly noWorker: string }> {
  let noWorker = '';
  if (worker !== false) {
    const create = worker === true ? ownWorker : worker;
    try {
      return { network: await openWorkerNetwork(create, model), noWorker };
    } catch (error) {
      if (!(error instanceof NoWorkerError)) throw error;
      noWorker = error.message;
    }
  }
  const { openNetwork } = await import('./prediction/open-network.ts');
  return { network: await openNetwork(model), noWorker };
}

function ownWorker(): Worker {
  if (typeof Worker === 'undefined') throw new Error('there are no workers here');
  // Bundlers know this form, and what is built has this name.
  return new Worker(new URL('./worker.js', import.meta.url), { type: 'module' });
}

function segmenterOf(network: OpenNetwork, info: SegmenterInfo): Segmenter {
  const closed = new AbortController();
  let before: Promise<unknown> = Promise.resolve();
  return {
    info,
    async segment(input, { signal, onProgress, ...options } = {}) {
      const either = AbortSignal.any([closed.signal, ...(signal ? [signal] : [])]);
      const control = { signal: either, ...(onProgress && { onProgress }) };
      const finding = before.then(() => {
        either.throwIfAborted();
        return network.segment(plainInput(input), options, control);
      });
      before = finding.catch(() => {});
      const found = await unlessAborted(finding, either);
      const prediction = predictionOf(found.probabilities);
      const decide = (options: DecideOptions): Decided => decided(prediction, info, options);
      return { ...found, decide };
    },
    close() {
      if (closed.signal.aborted) return;
      closed.abort(new Error('the segmenter is closed; open it again'));
      network.close();
    },
  };
}

/** What comes of some work, unless it is aborted first: then its reason, at once. */
function unlessAborted<T>(work: Promise<T>, signal: AbortSignal | undefined): Promise<T> {
  if (signal === undefined) return work;
  return new Promise((resolve, reject) => {
    const stop = () => reject(signal.reason);
    if (signal.aborted) stop();
    signal.addEventListener('abort', stop, { once: true });
    work.then(resolve, reject).finally(() => signal.removeEventListener('abort', stop));
  });
}
