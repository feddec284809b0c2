import * as tf from '@tensorflow/tfjs-core';
import '@tensorflow/tfjs-backend-cpu';
import { registerWasmTrainingKernels } from './register-wasm-training-kernels.ts';

export type BackendName = 'tensorflow' | 'ort' | 'webgpu' | 'wasm' | 'cpu';

export interface BackendInfo {
  readonly name: BackendName;
  readonly device: string;
  readonly threads: number;
}

export async function useBackend(preference: 'auto' | BackendName = 'auto'): Promise<BackendInfo> {
  const name = preference === 'auto' ? 'wasm' : preference;
  if (name === 'wasm') registerWasmTrainingKernels();
  await tf.setBackend(name);
  await tf.ready();
  return { name, device: 'cpu', threads: 1 };
}
