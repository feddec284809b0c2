import { checked } from './backend/options.ts';
import { registerBackend } from './register-backend.ts';
import { loadOrtWeb, notStarted, type OrtWebSettings } from './runtime/load-ort-web.ts';

/** Options of `registerOrtBackend` of the entry `/web`. */
export interface OrtWebOptions extends OrtWebSettings {
  /** Compiled graphs that are kept, from 1 on; the least recently used one goes. @default 32 */
  readonly cacheSize?: number;
  /**
   * Further ONNX Runtime session options (its `InferenceSession.SessionOptions`); they win over the
   * others. @default {}
   */
  readonly sessionOptions?: object;
}

/**
 * Registers the TensorFlow.js backend `'ort'` on `onnxruntime-web`, in browsers and wherever else
 * that runs, and waits until it can be used; switch to it by `tf.setBackend('ort')`. Where it is
 * registered already, a call without options does nothing.
 *
 * Nothing falls back: what was asked for computes, or an error says what is missing.
 *
 * @throws OrtMissingError where there is no WebGPU, or ONNX Runtime's files cannot be loaded: how to
 * get them.
 * @throws Error where it is registered already and options are given, or where ONNX Runtime runs
 * already with other `threads` or `wasmPaths`.
 * @throws RangeError for wrong options.
 */
export async function registerOrtBackend(options?: OrtWebOptions): Promise<void> {
  const { provider = 'webgpu', wasmPaths, ...rest } = options ?? {};
  const { threads, ...settings } = checked({ ...rest, executionProviders: [provider] });
  const asked = {
    provider,
    ...(threads !== undefined && { threads }),
    ...(wasmPaths !== undefined && { wasmPaths }),
  };
  const load = () => loadOrtWeb(asked);
  const explain = (error: unknown) => notStarted(asked, error);
  await registerBackend({ load, explain }, settings, options === undefined);
}
