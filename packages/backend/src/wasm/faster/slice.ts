import { type KernelConfig, slice_util } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { isSliceable, takeSlice } from './take-slice.ts';

/** A slice copies what it takes, not the whole of what it takes it from. */
export function slice(): KernelConfig {
  return faster<{ begin: number | number[]; size: number | number[] }>(
    'Slice',
    (backend, { x }, { begin, size }) => {
      if (!isSliceable(x!)) return undefined;
      const [starts, sizes] = slice_util.parseSliceParams(x as never, begin, size);
      slice_util.assertParamsValid(x as never, starts!, sizes!);
      return takeSlice(backend, x!, starts!, sizes!);
    },
  );
}
