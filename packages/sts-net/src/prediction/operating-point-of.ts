import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { fileDigest } from '@sts-net/datasets/files';
import { modelFileOf } from '../runs/load-model.ts';
import { runFolder } from '../runs/run-folder.ts';
import { type OperatingPoints, readOperatingPoints } from '../tuning/operating-points-file.ts';

/**
 * Where a run's network is to be run, if that was chosen; of several networks, if it was chosen for all of them
 * together.
 *
 * @param paths folders of runs, or files of their weights
 * @throws RangeError if it was chosen for other weights
 */
export async function operatingPointOf(
  paths: readonly string[],
): Promise<OperatingPoints | undefined> {
  if (paths.some((path) => /\.onnx$/i.test(path))) return undefined;
  const found: OperatingPoints[] = [];
  const digests = new Set<string>();
  for (const path of paths) {
    const file = modelFileOf(path);
    const { operatingPoint } = runFolder(dirname(resolve(file)));
    if (!existsSync(operatingPoint)) return undefined;
    const digest = await fileDigest(file);
    found.push(await readOperatingPoints(operatingPoint, file, digest));
    digests.add(digest);
  }
  const isOfAll = ({ weights }: OperatingPoints): boolean =>
    paths.length === 1 ||
    (weights.length === digests.size && weights.every((digest) => digests.has(digest)));
  return found.every(isOfAll) ? found[0] : undefined;
}
