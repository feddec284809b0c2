import { createHash } from 'node:crypto';
import { validateWith } from '@sts-net/datasets/validation';
import {
  checkFinite,
  classCount,
  modelSchema,
  predictionSettings,
  type SavedPreprocessing,
  savedPreprocessingSchema,
  type Target,
  targetsSchema,
} from '@sts-net/experiment';
import type { NormalizationRule, PerChannel } from '@sts-net/inference';
import {
  type NetworkDescription,
  predictionNetwork,
  type SafetensorsFile,
  type StoredTensor,
  storedTensors,
  weightTensors,
} from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { z } from 'zod';
import { currentForm } from '../config/earlier-config.ts';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { type TrainedOn, trainedOnSchema } from '../familiarity/trained-on.ts';
import { readSafetensorsFile, writeSafetensors } from '../weights/weight-files.ts';

const ownNetworkSchema = z.strictObject({
  classes: classCount,
  /** Of a network that was given in code: TensorFlow.js's description of its layers. */
  topology: z.record(z.string(), z.unknown()),
});

const descriptionSchema = z.strictObject({
  network: z.union([modelSchema, ownNetworkSchema]),
  preprocessing: savedPreprocessingSchema,
  trainedOn: trainedOnSchema.optional(),
  targets: targetsSchema.exactOptional(),
});

/**
 * What a model file says of its weights: the network and how images become its input. All that
 * prediction needs, without the outputs that only training has, and nothing of any case that it was
 * trained on: no name, no path, no group.
 */
export interface ModelDescription {
  readonly network: NetworkDescription;
  readonly preprocessing: SavedPreprocessing;
  /** Ranges over the images that it was trained on; undefined where they were not looked at. */
  readonly trainedOn?: TrainedOn | undefined;
  /** What each class but the background is; absent where the config does not say. */
  readonly targets?: readonly Target[];
}

/** What of a config a model file says. */
type DescribedConfig = Pick<ExperimentConfig, 'model' | 'preprocessing'> &
  Partial<Pick<ExperimentConfig, 'targets'>>;

/** The description of a run's network; `normalization` is the run's rule. */
export function describeModel(
  { model: network, preprocessing, targets }: DescribedConfig,
  normalization: PerChannel<NormalizationRule>,
  own: LayersModel | undefined,
  trainedOn?: TrainedOn | undefined,
): ModelDescription {
  const topology =
    own && (predictionNetwork(own).toJSON(undefined, false) as Record<string, unknown>);
  return {
    network:
      topology === undefined ? predictionSettings(network) : { classes: network.classes, topology },
    preprocessing: { ...preprocessing, normalization },
    ...(trainedOn && { trainedOn }),
    ...(targets !== undefined && { targets }),
  };
}

/** A description from JSON, as an ONNX file has it too. */
export function parseDescription(text: string, path: string): ModelDescription {
  const stored = currentForm(parseJson(text, 'description', path));
  return validateWith(descriptionSchema, stored, path);
}

/** What a file of weights holds. */
export interface ModelFile {
  readonly description: ModelDescription;
  readonly tensors: ReadonlyMap<string, StoredTensor>;
  readonly metadata: Readonly<Record<string, string>>;
}

/**
 * Writes a model file, completely or not at all: one safetensors file with the weights under
 * `layer/weight`, the description in its metadata, and a checksum over both.
 *
 * @throws RangeError if a number of them is not finite; a file that is there stays as it is.
 * @param more tensors and metadata beside them, and where an existing file is kept
 */
export async function writeModelFile(
  path: string,
  model: LayersModel,
  description: ModelDescription,
  more: {
    readonly tensors?: Parameters<typeof storedTensors>[0];
    readonly metadata?: Readonly<Record<string, string>>;
    readonly previous?: string;
  } = {},
): Promise<void> {
  const tensors = await storedTensors([...weightTensors(model), ...(more.tensors ?? [])]);
  checkFinite(tensors, path);
  const metadata = {
    format: 'sts-net model 2',
    description: JSON.stringify(description),
    ...more.metadata,
  };
  const checked = { ...metadata, sha256: checksum(tensors, metadata) };
  await writeSafetensors(path, tensors, checked, { previous: more.previous });
}

/**
 * Reads a model file.
 *
 * @throws Error naming the file, if it is missing, damaged or of another program.
 */
export function readModelFile(path: string): ModelFile {
  return parseModelFile(readSafetensorsFile(path), path);
}

/** Whether the metadata are those of a model file. */
export function isModelFile({ metadata }: SafetensorsFile): boolean {
  return metadata['format']?.startsWith('sts-net ') ?? false;
}

/** As {@link readModelFile}, of what the file at `path` holds. */
export function parseModelFile(file: SafetensorsFile, path: string): ModelFile {
  const { tensors, metadata } = file;
  const { sha256, ...rest } = metadata;
  // Weights that an earlier version wrote have the run's whole config instead, and no checksum.
  const earlier = rest['format'] === 'sts-net checkpoint 1' ? rest['config'] : undefined;
  if (earlier !== undefined) {
    const config = validateConfig(currentForm(parseJson(earlier, 'config', path)), path);
    const { normalization = { name: 'nonzero' } } = config.preprocessing;
    return { description: describeModel(config, normalization, undefined), tensors, metadata };
  }
  if (!isModelFile(file)) {
    throw new RangeError(
      `'${path}' must be a file of weights that a training of this program left, but holds weights of another; name the folder of a run or its best.safetensors`,
    );
  }
  if (sha256 !== checksum(tensors, rest)) {
    throw new RangeError(
      `'${path}' is damaged: its content does not have the checksum that it was written with; take another copy`,
    );
  }
  return { description: parseDescription(rest['description'] ?? '', path), tensors, metadata };
}

/** SHA-256 over the tensors and the metadata, whatever their order. */
function checksum(
  tensors: ReadonlyMap<string, StoredTensor>,
  metadata: Readonly<Record<string, string>>,
): string {
  const hash = createHash('sha256');
  for (const entry of Object.entries(metadata).sort(byName)) hash.update(JSON.stringify(entry));
  for (const [name, { shape, data }] of [...tensors].sort(byName)) {
    hash.update(JSON.stringify([name, shape]));
    hash.update(new Uint8Array(data.buffer, data.byteOffset, data.byteLength));
  }
  return hash.digest('hex');
}

function byName([a]: readonly [string, unknown], [b]: readonly [string, unknown]): number {
  return a < b ? -1 : 1;
}

/** The JSON in a file's metadata. */
export function parseJson(text: string, name: string, path: string): unknown {
  try {
    return JSON.parse(text);
  } catch (cause) {
    throw new SyntaxError(
      `'${path}': the ${name} in its metadata must be JSON; the file is damaged, take another`,
      { cause },
    );
  }
}
