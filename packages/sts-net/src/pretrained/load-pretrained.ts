import { homedir } from 'node:os';
import { basename, join } from 'node:path';
import { adaptStem, type LoadedTorchWeights, loadTorchWeights } from '@sts-net/model';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import { readWeightFile } from '../weights/weight-files.ts';
import { type DownloadOptions, downloadFile } from './download-file.ts';
import { type PretrainedFile, pretrainedFiles } from './pretrained-files.ts';

/**
 * Where downloaded weights are kept: `STS_NET_CACHE`, else `sts-net` in `XDG_CACHE_HOME`, else
 * `~/.cache/sts-net`.
 */
export function cacheFolder(environment: NodeJS.ProcessEnv = process.env): string {
  const { STS_NET_CACHE, XDG_CACHE_HOME } = environment;
  return STS_NET_CACHE || join(XDG_CACHE_HOME || join(homedir(), '.cache'), 'sts-net');
}

/** Options of {@link loadPretrained}. */
export interface LoadPretrainedOptions extends DownloadOptions {
  /** Where files are kept. @default `STS_NET_CACHE`, else `$XDG_CACHE_HOME/sts-net`, else `~/.cache/sts-net` */
  readonly folder?: string | undefined;
}

/**
 * Gives the encoder of a model of `createModel` published weights. The file is downloaded once,
 * checked by its digest, and kept.
 *
 * For other than three input channels the first convolution is adapted as
 * segmentation_models.pytorch does: summed for one, repeated and scaled by 3 / n for n.
 *
 * @param weights `imagenet` for the file that `pretrainedFiles` has for the model's encoder, or a file
 * of one's own: safetensors, or what `torch.save` wrote
 * @returns which keys were loaded and which weights (decoder, attention) stay as they were
 * @throws Error naming the file and the cure; offline, where to put the file. The model is then unchanged.
 */
export async function loadPretrained(
  model: LayersModel,
  weights: 'imagenet' | PretrainedFile = 'imagenet',
  { folder = cacheFolder(), ...download }: LoadPretrainedOptions = {},
): Promise<LoadedTorchWeights> {
  const file = weights === 'imagenet' ? imagenetFile(model) : weights;
  const path = cachePath(folder, file);
  await downloadFile(file, path, download);
  const tensors = adaptStem(model, readWeightFile(path).tensors);
  try {
    // Attention, which no published file has, is no part of what must be there.
    return loadTorchWeights(model, tensors, { required: /^encoder\.(?!iaff\d+\.)/ });
  } catch (cause) {
    throw new RangeError(`'${path}': ${(cause as Error).message}`, { cause });
  }
}

/** By name and digest: other addresses have other files of the same name. */
function cachePath(folder: string, { url, sha256 }: PretrainedFile): string {
  const name = basename(new URL(url).pathname).replaceAll(/[^\w.-]/g, '_');
  const digest = sha256.toLowerCase().slice(0, 16);
  return join(folder, name.includes(digest) ? name : `${digest}-${name}`);
}

function imagenetFile(model: LayersModel): PretrainedFile {
  const { 'sts-net': options } = (model.getUserDefinedMetadata() ?? {}) as {
    'sts-net'?: { encoder?: string };
  };
  const encoder = options?.encoder;
  if (encoder !== undefined && Object.hasOwn(pretrainedFiles, encoder)) {
    return pretrainedFiles[encoder]!;
  }
  throw new RangeError(
    `'imagenet' weights are known for the encoders ${Object.keys(pretrainedFiles).join(', ')}, got ${encoder === undefined ? 'a model without a named encoder' : `'${encoder}'`}; name a file: { url, sha256 }.`,
  );
}
