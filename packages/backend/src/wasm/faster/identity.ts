import type { KernelConfig } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';

/** A copy of an immutable tensor is the tensor again; gradients keep many. */
export function identity(): KernelConfig {
  return faster<object>('Identity', (backend, { x }) => {
    backend.incRef(x!.dataId);
    return { dataId: x!.dataId, shape: x!.shape, dtype: x!.dtype };
  });
}
