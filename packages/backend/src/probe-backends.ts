import { backendNames } from './engines/backend-name.ts';
import type { BackendProbe } from './engines/backend-probe.ts';
import { engines } from './engines/engines.ts';

/**
 * Looks for every engine: which are there, which are missing, and how to get them. The active
 * TensorFlow.js backend stays what it is.
 */
export async function probeBackends(): Promise<readonly BackendProbe[]> {
  const probes: BackendProbe[] = [];
  for (const name of backendNames) probes.push(await engines[name].probe());
  return probes;
}
