import { type KernelConfig, util } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { allocate, floats, sizeOf } from '../native/backend.ts';

/** Products over axes of float32 values, in double precision. */
export function product(): KernelConfig {
  return faster<{ axis: number | number[]; keepDims: boolean }>(
    'Prod',
    (backend, { x }, { axis, keepDims }) => {
      const { shape, dtype } = x!;
      const axes = util.parseAxisParam(axis, shape);
      if (dtype !== 'float32' || sizeOf(x!) === 0) return undefined;
      const kept = shape.map((size, i) => (axes.includes(i) ? 1 : size));
      const strides = util.computeStrides(kept);
      const out = allocate(backend, keepDims ? kept : shape.filter((_, i) => !axes.includes(i)));
      const from = floats(backend, x!);
      const totals = new Float64Array(sizeOf(out)).fill(1);
      const place = shape.map(() => 0);
      for (let i = 0, at = 0; i < from.length; i++) {
        totals[at]! *= from[i]!;
        for (let j = shape.length - 1; j >= 0; j--) {
          const stride = axes.includes(j) ? 0 : (strides[j] ?? 1);
          place[j]!++;
          at += stride;
          if (place[j]! < shape[j]!) break;
          at -= stride * shape[j]!;
          place[j] = 0;
        }
      }
      floats(backend, out).set(totals);
      return out;
    },
  );
}
