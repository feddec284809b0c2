import { backend_util, type KernelConfig, util } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { isSliceable, takeSlice } from './take-slice.ts';

/** The pieces are slices. */
export function split(): KernelConfig {
  return faster<{ numOrSizeSplits: number | number[]; axis: number }>(
    'SplitV',
    (backend, { x }, { numOrSizeSplits, axis }) => {
      if (!isSliceable(x!)) return undefined;
      const along = util.parseAxisParam(axis, x!.shape)[0]!;
      const starts = x!.shape.map(() => 0);
      const pieces = backend_util.prepareSplitSize(x as never, numOrSizeSplits, along);
      return pieces.map((size) => {
        const piece = takeSlice(backend, x!, starts, x!.shape.with(along, size));
        starts[along]! += size;
        return piece;
      });
    },
  );
}
