import type { KernelConfig } from '@tensorflow/tfjs-core';
import { faster } from '../kernel.ts';
import { addressOf, allocate, sizeOf, withScratch } from '../native/backend.ts';
import { nativeKernels } from '../native/teams.ts';

/** Tiles axis by axis, from the last: a block of the later axes is copied at once. */
export function tile(): KernelConfig {
  return faster<{ reps: number[] }>('Tile', (backend, { x }, { reps }) => {
    if (x!.dtype !== 'float32' || sizeOf(x!) === 0) return undefined;
    const out = allocate(
      backend,
      x!.shape.map((size, axis) => size * reps[axis]!),
    );
    const native = nativeKernels(backend);
    const axes = reps
      .map((_, axis) => axis)
      .filter((axis) => reps[axis]! > 1)
      .reverse();
    // Between two axes the intermediate result lies in one half of the scratch memory.
    const largest = 4 * axes.slice(0, -1).reduce((size, axis) => size * reps[axis]!, sizeOf(x!));
    withScratch(backend, 2 * largest, (scratch) => {
      let from = addressOf(backend, x!);
      let block = 4;
      let next = x!.shape.length;
      let blocks = sizeOf(x!);
      axes.forEach((axis, i) => {
        for (; next > axis; ) {
          next--;
          block *= x!.shape[next]!;
          blocks /= x!.shape[next]!;
        }
        const to = i === axes.length - 1 ? addressOf(backend, out) : scratch + (i % 2) * largest;
        native.repeat(from, to, blocks, block, reps[axis]!);
        block *= reps[axis]!;
        from = to;
      });
      if (axes.length === 0) native.repeat(from, addressOf(backend, out), 1, 4 * sizeOf(x!), 1);
    });
    return out;
  });
}
