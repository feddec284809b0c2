import * as tf from '@tensorflow/tfjs-core';
import { computeOnLeaving } from './backend/compute-on-leaving.ts';
import { checked, type OrtBackendOptions } from './backend/options.ts';
import { OrtBackend } from './backend/ort-backend.ts';
import { registerKernels } from './kernels/register-kernels.ts';
import { loadOrt } from './runtime/load-ort.ts';

/**
 * Registers the TensorFlow.js backend `'ort'` and waits until it can be used; switch to it by
 * `tf.setBackend('ort')`. Where it is registered already, a call without options does nothing.
 *
 * @throws OrtMissingError where `onnxruntime-node` is not installed: how to get it.
 * @throws Error where it is registered already and options are given.
 * @throws RangeError for wrong options.
 */
export async function registerOrtBackend(options?: OrtBackendOptions): Promise<void> {
  const settings = checked(options ?? {});
  const ort = await loadOrt();
  // Nothing is awaited from here on, so that two calls at a time register it once.
  if (tf.findBackend('ort') != null) {
    if (options === undefined) return;
    throw new Error(
      "`registerOrtBackend`: the backend 'ort' is registered already; call `tf.removeBackend('ort')` first to register it with other options.",
    );
  }
  registerKernels();
  computeOnLeaving();
  tf.registerBackend('ort', () => new OrtBackend(ort, settings), 1);
  if (tf.findBackend('ort') == null) {
    throw new Error("`registerOrtBackend`: TensorFlow.js refused the backend 'ort'.");
  }
}
