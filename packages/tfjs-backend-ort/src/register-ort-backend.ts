import * as tf from '@tensorflow/tfjs-core';
import { registerKernels } from './kernels/register-kernels.ts';
import { checked, type OrtBackendOptions } from './options.ts';
import { OrtBackend } from './ort-backend.ts';

/**
 * Registers the TensorFlow.js backend `'ort'` and waits until it can be used; switch to it by
 * `tf.setBackend('ort')`. Where it is registered already, a call without options does nothing.
 *
 * @throws Error where it is registered already and options are given.
 * @throws RangeError for wrong options.
 */
export async function registerOrtBackend(options?: OrtBackendOptions): Promise<void> {
  if (tf.findBackend('ort') != null) {
    if (options === undefined) return;
    throw new Error(
      "`registerOrtBackend`: the backend 'ort' is registered already; call `tf.removeBackend('ort')` first to register it with other options.",
    );
  }
  const settings = checked(options ?? {});
  registerKernels();
  tf.registerBackend('ort', () => new OrtBackend(settings), 1);
  if (tf.findBackend('ort') == null) {
    throw new Error("`registerOrtBackend`: TensorFlow.js refused the backend 'ort'.");
  }
}
