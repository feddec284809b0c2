import type { KernelConfig, NamedTensorInfoMap, TensorInfo } from '@tensorflow/tfjs-core';
import type { WasmBackend } from './backend.ts';

/** A kernel of the WASM backend. */
export function kernel<A>(
  kernelName: string,
  run: (backend: WasmBackend, inputs: NamedTensorInfoMap, attrs: A) => TensorInfo | TensorInfo[],
): KernelConfig {
  return {
    kernelName,
    backendName: 'wasm',
    kernelFunc: ({ inputs, attrs, backend }: KernelArguments) =>
      run(backend as WasmBackend, inputs, attrs as A),
  };
}

interface KernelArguments {
  readonly inputs: NamedTensorInfoMap;
  readonly attrs?: unknown;
  readonly backend: unknown;
}

/** The input, if it is there and float32. */
export function float32(
  kernelName: string,
  name: string,
  tensor: TensorInfo | undefined,
): TensorInfo {
  if (tensor?.dtype !== 'float32') {
    throw new TypeError(
      `\`${kernelName}\`: ${name} must be a float32 tensor, got ${tensor?.dtype ?? 'none'}.`,
    );
  }
  return tensor;
}
