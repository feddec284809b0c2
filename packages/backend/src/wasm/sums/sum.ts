import { type KernelConfig, type TensorInfo, util } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import {
  addressOf,
  allocate,
  floats,
  sizeOf,
  type WasmBackend,
  withScratch,
} from '../native/backend.ts';
import { sumColumns, totalsBytes } from '../native/matrices.ts';
import { teamOf } from '../native/teams.ts';

/**
 * Sums or means over any axes of float32 values, without a transposition and with sums in double
 * precision: the backend's own adds up one by one in float32.
 */
export function sum(name: 'Sum' | 'Mean'): KernelConfig {
  return faster<{ axis: number | number[]; keepDims: boolean }>(
    name,
    (backend, { x }, { axis, keepDims }) => {
      const { shape, dtype } = x!;
      const axes = util.parseAxisParam(axis, shape);
      if (dtype !== 'float32' || axes.length === 0 || sizeOf(x!) === 0) return undefined;
      const outShape = shape.flatMap((size, i) => {
        if (!axes.includes(i)) return [size];
        return keepDims ? [1] : [];
      });
      const total = sumAxes(backend, x!, axes);
      if (name === 'Mean') {
        const count = axes.reduce((product, one) => product * shape[one]!, 1);
        const values = floats(backend, total);
        for (let i = 0; i < values.length; i++) values[i]! /= count;
      }
      return { ...total, shape: outShape };
    },
  );
}

/** The sums over the axes, one group of neighbouring axes after the other, from the last. */
function sumAxes(backend: WasmBackend, x: TensorInfo, axes: readonly number[]): TensorInfo {
  let from = x;
  for (let end = x.shape.length; end > 0; end--) {
    if (!axes.includes(end - 1)) continue;
    let first = end - 1;
    while (first > 0 && axes.includes(first - 1)) first--;
    const blocks = util.sizeFromShape(x.shape.slice(0, first));
    const rows = util.sizeFromShape(x.shape.slice(first, end));
    const columns = sizeOf(from) / blocks / rows;
    const to = allocate(backend, [blocks, columns]);
    sumRows(backend, addressOf(backend, from), addressOf(backend, to), [blocks, rows, columns]);
    if (from !== x) backend.disposeData(from.dataId);
    from = to;
    end = first + 1;
  }
  return from;
}

/** `[blocks, rows, columns]` to `[blocks, columns]`. */
function sumRows(
  backend: WasmBackend,
  from: number,
  to: number,
  [blocks, rows, columns]: readonly [number, number, number],
): void {
  const team = teamOf(backend);
  if (columns === 1) {
    team.share('rowSums', { total: blocks, work: blocks * rows }, (first, last) => [
      ...[from + 4 * first * rows, last - first, rows, to + 4 * first],
    ]);
    return;
  }
  withScratch(backend, totalsBytes(team, columns), (totals) => {
    for (let i = 0; i < blocks; i++) {
      const address = from + 4 * i * rows * columns;
      sumColumns(team, { address, rows, columns }, to + 4 * i * columns, totals);
    }
  });
}
