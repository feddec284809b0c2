import { getKernel, type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import type { WasmBackend } from '../native/backend.ts';

/** So many shares are summed by the backend's own kernel, one after the other in float32. */
const SHORT = 128;

/** Softmax over long axes, with the sum that this package's `Sum` gives. */
export function softmax(): KernelConfig {
  return faster<{ dim: number }>('Softmax', (backend, { logits }, { dim }) => {
    const { shape, dtype } = logits!;
    const axis = util.parseAxisParam(dim, shape)[0]!;
    if (dtype !== 'float32' || shape[axis]! <= SHORT) return undefined;
    const over = { axis: [axis], keepDims: true };
    const largest = run(backend, 'Max', { x: logits! }, { ...over, reductionIndices: [axis] });
    const shifted = run(backend, 'Sub', { a: logits!, b: largest });
    const powers = run(backend, 'Exp', { x: shifted });
    const total = run(backend, 'Sum', { x: powers }, over);
    const shares = run(backend, 'RealDiv', { a: powers, b: total });
    for (const { dataId } of [largest, shifted, powers, total]) backend.disposeData(dataId);
    return shares;
  });
}

function run(
  backend: WasmBackend,
  name: string,
  inputs: Readonly<Record<string, TensorInfo>>,
  attrs: object = {},
): TensorInfo {
  const { kernelFunc } = getKernel(name, 'wasm');
  return kernelFunc({ inputs, attrs: attrs as never, backend }) as TensorInfo;
}
