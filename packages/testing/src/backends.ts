import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { type BackendName, useBackend } from '@sts-net/backend';
import { beforeAll, describe } from 'vitest';

/**
 * The backends that every suite of layers and models runs on: those that npm alone provides, or
 * those that the environment variable `STS_NET_TEST_BACKENDS` lists, separated by commas.
 */
export const testedBackends: readonly BackendName[] = (
  process.env['STS_NET_TEST_BACKENDS'] ?? 'cpu,wasm,ort'
).split(',') as BackendName[];

/** Runs a suite once on each backend, with that backend ready. */
export function describeBackends(
  title: string,
  suite: (backend: BackendName) => void,
  backends: readonly BackendName[] = testedBackends,
): void {
  describe.each(backends)(`${title} [%s]`, (backend) => {
    beforeAll(async () => {
      await useBackend(backend);
    });
    suite(backend);
  });
}

/**
 * Runs `body` twice and fails if the second run leaves tensors behind: what the first run creates
 * once (constants, caches) is no leak.
 */
export async function expectNoNewTensors(body: () => unknown | Promise<unknown>): Promise<void> {
  await body();
  const before = tf.memory().numTensors;
  await body();
  const after = tf.memory().numTensors;
  if (after !== before) {
    throw new Error(`leak: ${after - before} tensors more after a second run than before it`);
  }
}
