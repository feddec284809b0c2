import { existsSync } from 'node:fs';
import { dirname, resolve } from 'node:path';
import { modelFileOf } from '../runs/load-model.ts';
import { runFolder } from '../runs/run-folder.ts';
import { type OperatingPoints, readOperatingPoints } from '../tuning/operating-points-file.ts';

/**
 * Where a run's network is to be run, if that was chosen.
 *
 * @param path a run's folder, or a file of its weights
 * @throws RangeError if it was chosen for other weights
 */
export async function operatingPointOf(path: string): Promise<OperatingPoints | undefined> {
  if (/\.onnx$/i.test(path)) return undefined;
  const file = modelFileOf(path);
  const { operatingPoint } = runFolder(dirname(resolve(file)));
  return existsSync(operatingPoint) ? readOperatingPoints(operatingPoint, file) : undefined;
}
