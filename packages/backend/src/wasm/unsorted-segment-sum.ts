import type { KernelConfig } from '@tensorflow/tfjs-core';
import { float32, kernel } from './kernel.ts';
import { addressOf, allocate, memoryOf } from './native/backend.ts';

/**
 * The gradient of `tf.gather`: rows of x summed by segment. Ids below 0 or from numSegments on
 * belong to no segment, as in the plain JavaScript backend.
 */
export const unsortedSegmentSum: KernelConfig = kernel(
  'UnsortedSegmentSum',
  (backend, inputs, { numSegments }: { numSegments: number }) => {
    const x = float32('UnsortedSegmentSum', 'x', inputs['x']);
    const segmentIds = inputs['segmentIds']!;
    const idCount = segmentIds.shape.reduce((a, b) => a * b, 1);
    const rest = x.shape.slice(segmentIds.shape.length);
    const width = rest.reduce((a, b) => a * b, 1);
    const sums = allocate(backend, [numSegments, ...rest]);
    const { buffer } = memoryOf(backend);
    const from = new Float32Array(buffer, addressOf(backend, x), idCount * width);
    const to = new Float64Array(numSegments * width);
    const ids = new Int32Array(buffer, addressOf(backend, segmentIds), idCount);
    for (let i = 0; i < idCount; i++) {
      const id = ids[i]!;
      if (id < 0 || id >= numSegments) continue;
      for (let j = 0; j < width; j++) to[id * width + j]! += from[i * width + j]!;
    }
    new Float32Array(buffer, addressOf(backend, sums), to.length).set(to);
    return sums;
  },
);
