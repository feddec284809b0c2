import * as tf from '@tensorflow/tfjs-core';
import { leaf } from '../graph/leaf.ts';
import { liesInOrder } from '../graph/permute.ts';
import type { Attrs, HostArray } from '../graph/value-type.ts';
import { sizeOf } from '../graph/value-type.ts';
import { graphKernels } from './graph-kernels.ts';
import type { HostKernel } from './host-kernel.ts';
import { recorder } from './recorder.ts';
import { changedAxes } from './slicing.ts';

/** Up to so many elements are cut out of given data at once; of more, only what is computed. */
const FEW = 2 ** 14;

/** Records a kernel of `sliceKernels` with its places apart from its structure. */
export function atPlaces(name: string): HostKernel {
  const kernel = graphKernels.get(name)!;
  const constant = recorder(name);
  return (backend, inputs, given) => {
    const value = backend.hostValue(inputs['x']!);
    if (value === null || backend.tracing) return constant(backend, inputs, given);
    const attrs = kernel.attrs!(given, [value]);
    const { begin, size, strides, shape, paddings, ...rest } = attrs;
    const axes = changedAxes(value.shape, attrs);
    const isBackward = strides?.some((step: number) => step < 0);
    // Backwards a cut may end before the first element, which has no number.
    if (axes.length === 0 || isBackward) return backend.record(kernel, [value], attrs);
    // A variable is given once and made by graphs from then on: cut here, its next use would be another graph.
    const isGiven = value.given && !(inputs['x'] instanceof tf.Variable);
    if (name === 'Slice' && isGiven && value.data !== null && sizeOf(shape) <= FEW) {
      if (liesInOrder(value.shape, value.layout)) {
        return backend.makeHost(shape, value.dtype, cut(value.data, value.shape, begin, size));
      }
    }
    const places =
      paddings === undefined
        ? axes.map((axis) => begin[axis])
        : [...axes.map((axis) => paddings[axis][0]), ...axes.map((axis) => paddings[axis][1])];
    const structure: Attrs = { ...rest, ...(size && { size, strides }), shape, axes };
    if (!isGiven) return backend.record(kernel, [value], structure, places);
    // Who cuts given data does so batch by batch.
    const numbers = leaf([places.length], 'int32', Int32Array.from(places));
    return backend.record(kernel, [value, numbers], structure);
  };
}

/** A copy of the elements of a box. */
function cut(
  data: HostArray,
  shape: readonly number[],
  begin: readonly number[],
  size: readonly number[],
): HostArray {
  const [rows = 1, ...inner] = size;
  if (shape.length <= 1) return data.slice(begin[0] ?? 0, (begin[0] ?? 0) + rows);
  const length = sizeOf(inner);
  const step = sizeOf(shape.slice(1));
  const out = new (data.constructor as new (length: number) => HostArray)(rows * length);
  for (let row = 0; row < rows; row++) {
    const at = (begin[0]! + row) * step;
    const part = data.subarray(at, at + step);
    out.set(
      length === step ? part : cut(part, shape.slice(1), begin.slice(1), inner),
      row * length,
    );
  }
  return out;
}
