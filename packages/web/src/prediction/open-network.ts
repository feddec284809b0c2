import type { BackendInfo } from '@sts-net/backend';
import {
  asked,
  channelsOf,
  type MirrorAxis,
  networkBudget,
  predictMembers,
  referenceOf,
  type TileOptions,
  togetherWith,
} from '@sts-net/inference';
import { pixelBytes, predictorOf, readSafetensors, rebuildNetwork } from '@sts-net/model';
import type { Volume } from '@sts-net/volume-io';
import type { PlainInput } from '../files/image-source.ts';
import { readInput } from '../files/read-input.ts';
import type { ModelDescription } from '../model/model-description.ts';
import { type Decided, type DecideOptions, decided } from './decided.ts';
import { type EngineChoice, startEngine } from './start-engine.ts';

/** A model to open, as it crosses to a worker. */
export interface ModelToOpen {
  readonly description: ModelDescription;
  readonly weights: Blob;
  /** What errors call it. */
  readonly subject: string;
  readonly engine: EngineChoice;
  /** The folder of TensorFlow.js's .wasm files. */
  readonly assets: string | undefined;
}

/** How an image is segmented, as it crosses to a worker. */
export interface PlainSegmentOptions extends DecideOptions {
  readonly mirror?: readonly MirrorAxis[] | undefined;
  readonly tiles?: TileOptions | undefined;
  readonly axes?: boolean | undefined;
  readonly series?: string | undefined;
}

/** How far work has come. */
export interface Progress {
  /** The weights of the model, bytes; the engine and the network; the image's files; its slices. */
  readonly stage: 'download' | 'start' | 'read' | 'predict';
  readonly done: number;
  readonly total: number;
}

/** What was found in an image. */
export interface Found extends Decided {
  readonly probabilities: readonly Volume<Float32Array>[];
  readonly image: Volume;
  readonly flat: boolean;
  readonly warnings: readonly string[];
  readonly seconds: number;
}

/** A network in this thread. */
export interface OpenNetwork {
  readonly engine: BackendInfo;
  segment(
    input: PlainInput,
    options: PlainSegmentOptions,
    control: { readonly signal?: AbortSignal; readonly onProgress?: (progress: Progress) => void },
  ): Promise<Found>;
  close(): void;
}

/**
 * Makes a network of a model, on an engine, in this thread.
 *
 * @throws Error saying which engine cannot be had and why, or what is wrong with the weights
 */
export async function openNetwork({
  description,
  weights,
  subject,
  engine: choice,
  assets,
}: ModelToOpen): Promise<OpenNetwork> {
  const engine = await startEngine(choice, assets);
  const { network, preprocessing, temperature } = description;
  const tensors = readSafetensors(new Uint8Array(await weights.arrayBuffer()));
  const model = await rebuildNetwork(network, channelsOf(preprocessing), tensors, subject);
  const predictor = predictorOf(model);
  const bytes = pixelBytes(model);
  const find: OpenNetwork['segment'] = async (input, options, { signal, onProgress }) => {
    const { mirror, tiles, axes = false, series, ...chosen } = options;
    const start = performance.now();
    const warnings: string[] = [];
    onProgress?.({ stage: 'read', done: 0, total: 1 });
    const onWarning = (text: string) => warnings.push(text);
    const { image, flat } = await readInput(input, { series, onWarning });
    signal?.throwIfAborted();
    onProgress?.({ stage: 'read', done: 1, total: 1 });
    const memory = { pixelBytes: bytes, budget: ownBudget(), onTiles: onWarning };
    const how = { mirror, tiles, temperature };
    const member = { predictor: asked(predictor, how, memory), preprocessing };
    const prediction = await predictMembers([member], image, {
      flat,
      axes,
      batchSize: togetherWith(how, memory),
      ...(signal && { signal }),
      onProgress: (done, total) => onProgress?.({ stage: 'predict', done, total }),
    });
    const { labels, lesions } = decided(prediction, description, chosen);
    const probabilities = description.classes.map((_, c) => prediction.probabilities(c));
    prediction.release();
    return {
      labels,
      probabilities,
      lesions,
      image: referenceOf(image),
      flat,
      warnings,
      seconds: (performance.now() - start) / 1000,
    };
  };
  let running: Promise<unknown> = Promise.resolve();
  return {
    engine,
    segment(...args) {
      const found = find(...args);
      running = found.catch(() => {});
      return found;
    },
    // A pass that is under way still needs the weights.
    close: () => void running.then(() => model.dispose()),
  };
}

/** What a network may take. Browsers tell no more than 8 GiB, and some nothing. */
function ownBudget(): number {
  const { deviceMemory = 4 } = (globalThis.navigator ?? {}) as { readonly deviceMemory?: number };
  return networkBudget(deviceMemory * 2 ** 30);
}
