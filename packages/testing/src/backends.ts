import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-layers';
import { type BackendChoice, useBackend } from '@sts-net/backend';
import { beforeAll, describe } from 'vitest';

/** The backends that the environment variable `STS_NET_TEST_BACKENDS` lists, separated by commas. */
const namedBackends = process.env['STS_NET_TEST_BACKENDS']?.split(',') as
  | BackendChoice[]
  | undefined;

/**
 * Runs a suite once on each backend, with that backend ready: on those of `STS_NET_TEST_BACKENDS`
 * if it is set, otherwise on `defaults`, which are all those that npm alone provides.
 */
export function describeBackends(
  title: string,
  suite: (backend: BackendChoice) => void,
  defaults: readonly BackendChoice[] = ['cpu', 'wasm', 'ort'],
): void {
  describe.each(namedBackends ?? defaults)(`${title} [%s]`, (backend) => {
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
