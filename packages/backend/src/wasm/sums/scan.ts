import { type KernelConfig, util } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { allocate, floats, sizeOf } from '../native/backend.ts';

/** Cumulated sums and products of float32 values, kept in double precision on the way. */
export function scan(
  name: 'Cumsum' | 'Cumprod',
  start: number,
  combine: (total: number, value: number) => number,
): KernelConfig {
  return faster<{ axis: number; exclusive: boolean; reverse: boolean }>(
    name,
    (backend, { x }, { axis, exclusive, reverse }) => {
      const { shape, dtype } = x!;
      if (dtype !== 'float32' || sizeOf(x!) === 0 || shape.length === 0) return undefined;
      const along = util.parseAxisParam(axis, shape)[0]!;
      const length = shape[along]!;
      const stride = util.sizeFromShape(shape.slice(along + 1));
      const out = allocate(backend, shape);
      const [from, to] = [floats(backend, x!), floats(backend, out)];
      const step = reverse ? -stride : stride;
      for (let lane = 0; lane < from.length / length; lane++) {
        const first = Math.floor(lane / stride) * stride * length + (lane % stride);
        let at = reverse ? first + (length - 1) * stride : first;
        let total = start;
        for (let i = 0; i < length; i++, at += step) {
          const next = combine(total, from[at]!);
          to[at] = exclusive ? total : next;
          total = next;
        }
      }
      return out;
    },
  );
}
