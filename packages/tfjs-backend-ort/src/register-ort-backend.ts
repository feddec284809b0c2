import { checked, type OrtBackendOptions, providerName } from './backend/options.ts';
import { registerBackend } from './register-backend.ts';
import { loadOrt, providerMissing } from './runtime/load-ort.ts';

/**
 * Registers the TensorFlow.js backend `'ort'` and waits until it can be used; switch to it by
 * `tf.setBackend('ort')`. Where it is registered already, a call without options does nothing.
 *
 * @throws OrtMissingError where `onnxruntime-node`, or what the first execution provider needs, is
 * not installed: how to get it.
 * @throws Error where it is registered already and options are given.
 * @throws RangeError for wrong options.
 */
export async function registerOrtBackend(options?: OrtBackendOptions): Promise<void> {
  const settings = checked(options ?? {});
  const explain = (error: unknown) => providerMissing(providerName(settings), error);
  await registerBackend({ load: loadOrt, explain }, settings, options === undefined);
}
