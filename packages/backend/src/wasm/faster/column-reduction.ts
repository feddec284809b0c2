import { type KernelConfig, util } from '@tensorflow/tfjs-core';
import { addressOf, allocate, floats, withScratch } from '../backend.ts';
import { faster } from '../kernel.ts';
import { nativeKernels } from '../native.ts';

/** Sums or means over neighbouring axes before the last, without a transposition. */
export function columnReduction(name: 'Sum' | 'Mean'): KernelConfig {
  return faster<{ axis: number | number[]; keepDims: boolean }>(
    name,
    (backend, { x }, { axis, keepDims }) => {
      const { shape, dtype } = x!;
      const axes = util.parseAxisParam(axis, shape).sort((a, b) => a - b);
      const [first, end] = [axes[0] ?? 0, (axes.at(-1) ?? 0) + 1];
      const together = axes.length > 0 && end - first === axes.length && end < shape.length;
      if (dtype !== 'float32' || !together) return undefined;
      const [before, reduced, rest] = [
        shape.slice(0, first),
        shape.slice(first, end),
        shape.slice(end),
      ];
      const [blocks, rows, columns] = [product(before), product(reduced), product(rest)];
      const out = allocate(backend, [
        ...before,
        ...(keepDims ? reduced.map(() => 1) : []),
        ...rest,
      ]);
      withScratch(backend, 4 * columns, (partial) => {
        const [from, to] = [addressOf(backend, x!), addressOf(backend, out)];
        for (let i = 0; i < blocks; i++) {
          nativeKernels(backend).columnSums(
            ...[from + 4 * i * rows * columns, rows, columns, to + 4 * i * columns, partial],
          );
        }
      });
      if (name === 'Mean') {
        const values = floats(backend, out);
        for (let i = 0; i < values.length; i++) values[i]! /= rows;
      }
      return out;
    },
  );
}

function product(sizes: readonly number[]): number {
  return sizes.reduce((a, b) => a * b, 1);
}
