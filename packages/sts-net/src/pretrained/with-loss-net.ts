import { resolve } from 'node:path';
import type { Loss } from '@sts-net/experiment';
import { type LossChoice, type LossPart, lossNet } from '@sts-net/training';
import { readWeightFile } from '../weights/weight-files.ts';
import { keptFile, type PretrainedOptions } from './kept-file.ts';
import { vgg16File } from './pretrained-files.ts';

/**
 * The loss of a config, with LossNet made from its weights where the config names it. They go to the engine that is
 * in use.
 *
 * @param baseFolder that the path of a file of weights starts from
 * @throws Error naming the file and the cure; offline, where to put the file
 */
export async function withLossNet(
  loss: Loss,
  baseFolder: string,
  options: PretrainedOptions = {},
): Promise<LossChoice> {
  const made = async (path: string | undefined) => {
    const file =
      path === undefined ? await keptFile(vgg16File, options) : resolve(baseFolder, path);
    try {
      return lossNet(readWeightFile(file).tensors);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new RangeError(`\`training.loss\`: '${file}': ${cause.message}`, { cause });
    }
  };
  if (loss === 'lossnet') return made(undefined);
  if (typeof loss === 'string') return loss;
  if (!Array.isArray(loss)) return loss.name === 'lossnet' ? made(loss.path) : loss;
  const parts: LossPart[] = [];
  for (const part of loss) {
    parts.push(
      part.name === 'lossnet' ? { name: await made(part.path), weight: part.weight } : part,
    );
  }
  return parts;
}
