import {
  getKernel,
  type KernelConfig,
  type KernelFunc,
  type NamedTensorInfoMap,
  type TensorInfo,
} from '@tensorflow/tfjs-core';
import type { WasmBackend } from './native/backend.ts';

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

/**
 * The WASM backend's kernel, with `run` in its place wherever `run` returns a tensor. It must be
 * registered.
 */
export function faster<A>(
  kernelName: string,
  run: (
    backend: WasmBackend,
    inputs: NamedTensorInfoMap,
    attrs: A,
  ) => TensorInfo | TensorInfo[] | undefined,
): KernelConfig {
  const original = getKernel(kernelName, 'wasm');
  const kernelFunc = ((args: KernelArguments) =>
    run(args.backend as WasmBackend, args.inputs, args.attrs as A) ??
    original.kernelFunc(args as Parameters<KernelFunc>[0])) as KernelFunc;
  return { ...original, kernelFunc };
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
