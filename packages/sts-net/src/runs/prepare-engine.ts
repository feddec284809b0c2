import { type BackendChoice, type BackendInfo, useBackend } from '@sts-net/backend';
import { enableProdMode } from '@tensorflow/tfjs-core';

/**
 * Makes the engine ready that networks run on.
 *
 * TensorFlow.js is put into its production mode: it then prints no advice about other engines.
 */
export async function prepareEngine(name: 'auto' | BackendChoice): Promise<BackendInfo> {
  enableProdMode();
  return useBackend(name);
}
