import type { KernelConfig } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { addressOf, allocate, floats, memoryOf, withScratch } from '../native/backend.ts';
import { teamOf } from '../native/teams.ts';

type Four = [number, number, number, number];

/** Every output pixel's gradient goes to the input pixel that it copies. */
export function resizeNearestGradient(): KernelConfig {
  return faster<{ alignCorners: boolean }>(
    'ResizeNearestNeighborGrad',
    (backend, { images, dy }, { alignCorners }) => {
      if (images!.dtype !== 'float32' || dy!.dtype !== 'float32') return undefined;
      const [batch, height, width, channels] = images!.shape as Four;
      const [, rows, columns] = dy!.shape as Four;
      const dx = allocate(backend, images!.shape);
      floats(backend, dx).fill(0);
      withScratch(backend, 4 * (rows + columns), (scratch) => {
        const sources = [
          ...nearest(height, rows, alignCorners),
          ...nearest(width, columns, alignCorners),
        ];
        new Int32Array(memoryOf(backend).buffer, scratch, sources.length).set(sources);
        const [from, to] = [addressOf(backend, dy!), addressOf(backend, dx)];
        const all = { total: batch, work: batch * rows * columns * channels };
        teamOf(backend).share('scatterPixels', all, (first, last) => [
          from + 4 * first * rows * columns * channels,
          to + 4 * first * height * width * channels,
          ...[last - first, rows, columns, channels],
          ...[height, width, scratch, scratch + 4 * rows],
        ]);
      });
      return dx;
    },
  );
}

/** The input position that each output position copies, as TensorFlow.js resizes. */
function nearest(size: number, outSize: number, alignCorners: boolean): number[] {
  const corners = alignCorners && outSize > 1;
  const scale = corners ? (size - 1) / (outSize - 1) : size / outSize;
  return Array.from({ length: outSize }, (_, i) => {
    const at = i * scale;
    return Math.min(size - 1, alignCorners ? Math.round(at) : Math.floor(at));
  });
}
