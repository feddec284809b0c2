import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { dirname, join } from 'node:path';
import type { Decision } from '@sts-net/inference';
import { predictionNetwork, storedTensors, weightTensors } from '@sts-net/model';
import { describeClasses, encodeModel, type ModelDescription, wasmFiles } from '@sts-net/web/model';
import type { LoadedModel } from '../runs/load-model.ts';

/** Options of {@link exportWeb}. */
export interface ExportWebOptions {
  /** Keeps weights in half precision: half as long, each off by up to 0.05 %. @default false */
  readonly half?: boolean;
  /** Where the network is run. @default the most likely class, without a least size of lesions */
  readonly decision?: Pick<Decision, 'threshold' | 'minimumVolume'> | undefined;
  /** What logits are divided by. @default 1 */
  readonly temperature?: number | undefined;
}

/** The folder of TensorFlow.js's files in an export. */
const wasmFolder = 'wasm/';

/**
 * A trained network as files for a page, by their names: `model.json`, `weights.safetensors`, and the .wasm
 * files that TensorFlow.js needs. `openSegmenter` of `@sts-net/web` takes the address of `model.json`. They
 * hold nothing of any case: no name, no group, no path.
 *
 * @returns files in the order in which they are to be written, so that what names others is last
 * @throws RangeError naming a weight that half precision cannot hold, or options that do not fit the classes
 */
export async function exportWeb(
  { model, network, preprocessing, targets }: Omit<LoadedModel, 'path'>,
  { half = false, decision = {}, temperature }: ExportWebOptions = {},
): Promise<ReadonlyMap<string, readonly Uint8Array[]>> {
  const count = Math.max(2, network.classes);
  const perClass = (one: number | readonly number[] | undefined) =>
    typeof one === 'number' ? new Array<number>(count - 1).fill(one) : one;
  const threshold = perClass(decision.threshold);
  const smallestLesion = perClass(decision.minimumVolume);
  const description: ModelDescription = {
    network,
    preprocessing,
    classes: describeClasses(count, targets),
    ...(threshold !== undefined && { threshold }),
    ...(smallestLesion !== undefined && { smallestLesion }),
    ...(temperature !== undefined && { temperature }),
  };
  const tensors = await storedTensors(weightTensors(predictionNetwork(model)));
  return new Map<string, readonly Uint8Array[]>([
    ...engineFiles(),
    ...encodeModel(description, tensors, { half, wasm: wasmFolder }),
  ]);
}

function engineFiles(): readonly (readonly [string, readonly Uint8Array[]])[] {
  const module = createRequire(import.meta.url).resolve('@tensorflow/tfjs-backend-wasm');
  return wasmFiles.map((name) => [
    `${wasmFolder}${name}`,
    [readFileSync(join(dirname(module), name))],
  ]);
}
