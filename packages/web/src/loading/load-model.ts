import { fetchFile, fetchText } from '../cache/fetch-file.ts';
import { type ModelCache, usualCache } from '../cache/model-cache.ts';
import type { ModelDescription } from '../model/model-description.ts';
import { descriptionOf } from '../model/model-of-weights.ts';
import { parseJson, parseModelFile } from '../model/parse-model.ts';

/** A model: the address of its `model.json`, or its weights as `sts-net export web` writes them. */
export type ModelSource = string | URL | Blob | Uint8Array | ArrayBuffer;

export interface LoadModelOptions {
  /** Where models by address are kept. @default 'auto': OPFS, else the Cache API, else nowhere */
  readonly cache?: 'auto' | 'none' | ModelCache | undefined;
  readonly signal?: AbortSignal | undefined;
  /** Told of the bytes of its weights that are there. */
  readonly onBytes?: (done: number, total: number) => void;
}

/** A model that is ready to be opened. */
export interface LoadedModel {
  readonly description: ModelDescription;
  readonly weights: Blob;
  /** What errors call it. */
  readonly subject: string;
  /** Where its .wasm files lie, if they came with it. */
  readonly assets: string | undefined;
  /** Where it was taken from. */
  readonly from: 'network' | 'cache' | 'memory';
}

/**
 * Loads a model; by its address once only, then it is there without a network too.
 *
 * @throws Error naming the address, and the status, the length or the digest that came; RangeError naming
 * the field of `model.json` that is wrong
 */
export async function loadModel(
  source: ModelSource,
  { cache: chosen = 'auto', signal, onBytes = () => {} }: LoadModelOptions,
): Promise<LoadedModel> {
  if (typeof source !== 'string' && !(source instanceof URL)) {
    const weights = source instanceof Blob ? source : new Blob([source as BlobPart]);
    const subject = (source as Partial<File>).name || 'the model';
    const description = await descriptionOf(weights, subject);
    return { description, weights, subject, assets: undefined, from: 'memory' };
  }
  const address = addressOf(source);
  const cache = chosen === 'auto' ? await usualCache() : chosen === 'none' ? undefined : chosen;
  const options = { cache, signal };
  const { text } = await fetchText(address, options);
  const file = parseModelFile(parseJson(text, address.href), address.href);
  const { format: _, weights: wanted, wasm, ...description } = file;
  const place = new URL(wanted.file, address);
  const { content, fromCache } = await fetchFile(place, wanted, {
    ...options,
    onBytes: (bytes) => onBytes(bytes, wanted.bytes),
  });
  return {
    description,
    weights: content,
    subject: place.href,
    assets: wasm && new URL(wasm, address).href,
    from: fromCache ? 'cache' : 'network',
  };
}

/** An address, in a page also one beside the page's own. */
function addressOf(source: string | URL): URL {
  const { location } = globalThis as { readonly location?: { readonly href: string } };
  try {
    return new URL(source, location?.href);
  } catch (cause) {
    throw new TypeError(
      `\`openSegmenter\`: \`model\` must be the address of a model.json, got '${source}'; begin it with https:// or, in a page, with /`,
      { cause },
    );
  }
}
