import * as tf from '@tensorflow/tfjs-core';
import { computeOnLeaving } from './backend/compute-on-leaving.ts';
import { type OrtBackendOptions, sessionOptions } from './backend/options.ts';
import { OrtBackend } from './backend/ort-backend.ts';
import { registerKernels } from './kernels/register-kernels.ts';
import type { OrtRuntime } from './runtime/ort-runtime.ts';
import { tryOut } from './runtime/try-out.ts';

/** How ONNX Runtime is had: one way for each JavaScript runtime. */
interface Source {
  /** Loads it. */
  load(): Promise<OrtRuntime>;
  /** Says what is missing and how to get it where it does not compute. */
  explain(error: unknown): Error;
}

/**
 * Registers the TensorFlow.js backend `'ort'` on ONNX Runtime as `source` has it. `isDefault` says
 * that the caller gave no options: where it is registered already, that does nothing.
 */
export async function registerBackend(
  { load, explain }: Source,
  options: OrtBackendOptions,
  isDefault: boolean,
): Promise<void> {
  if (isRegistered(isDefault)) return;
  const ort = await load();
  try {
    await tryOut(ort, sessionOptions(options));
  } catch (error) {
    throw explain(error);
  }
  // Nothing is awaited from here on, so that two calls at a time register it once.
  if (isRegistered(isDefault)) return;
  registerKernels();
  computeOnLeaving();
  tf.registerBackend('ort', () => new OrtBackend(ort, options), 1);
  if (tf.findBackend('ort') == null) {
    throw new Error("`registerOrtBackend`: TensorFlow.js refused the backend 'ort'.");
  }
}

function isRegistered(isDefault: boolean): boolean {
  if (tf.findBackend('ort') == null) return false;
  if (isDefault) return true;
  throw new Error(
    "`registerOrtBackend`: the backend 'ort' is registered already; call `tf.removeBackend('ort')` first to register it with other options.",
  );
}
