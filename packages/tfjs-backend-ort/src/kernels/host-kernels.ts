import * as tf from '@tensorflow/tfjs-core';
import type { OrtBackend } from '../backend/ort-backend.ts';
import { held } from '../graph/held.ts';
import type { DType } from '../graph/value-type.ts';
import { atPlaces } from './at-places.ts';
import { filterLayout } from './convolution.ts';
import { fallback } from './fallback.ts';
import { graphKernels } from './graph-kernels.ts';
import type { HostKernel } from './host-kernel.ts';
import { recorder } from './recorder.ts';

/** The same data under a second reference. */
function identical(backend: OrtBackend, x: tf.TensorInfo): tf.TensorInfo {
  backend.incRef(x.dataId);
  return { dataId: x.dataId, shape: x.shape, dtype: x.dtype };
}

function reshape(backend: OrtBackend, x: tf.TensorInfo, shape: number[]): tf.TensorInfo {
  const value = backend.hostValue(x);
  if (value === null || tf.util.arraysEqual(x.shape, shape)) {
    backend.incRef(x.dataId);
    return { dataId: x.dataId, shape, dtype: x.dtype };
  }
  const info = backend.record(graphKernels.get('Reshape')!, [value], { shape }) as tf.TensorInfo;
  backend.share(info);
  return info;
}

function filled(backend: OrtBackend, shape: readonly number[], dtype: tf.DataType, value: number) {
  if (backend.tracing) {
    return backend.record(graphKernels.get('Fill')!, [], { shape, dtype, value });
  }
  const data = tf.util.makeZerosTypedArray(tf.util.sizeFromShape([...shape]), dtype as DType);
  const element = held(value, dtype as DType);
  if (element !== 0) data.fill(element);
  return backend.makeHost(shape, dtype as DType, data);
}

/** Weights that are at hand are brought into the order that ONNX convolutions read, once. */
function withFilter(name: string): HostKernel {
  const record = recorder(name);
  return (backend, inputs, attrs) => {
    const filter = backend.value(inputs['filter']!);
    backend.settle(filter, filterLayout(filter.shape));
    return record(backend, inputs, attrs);
  };
}

/** Kernels that need no graph, or prepare something before they record. */
export const hostKernels: Readonly<Record<string, HostKernel>> = {
  Identity: (backend, { x }) => identical(backend, x!),
  Reshape: (backend, { x }, { shape }) =>
    reshape(backend, x!, tf.util.inferFromImplicitShape(shape, tf.util.sizeFromShape(x!.shape))),
  ExpandDims: (backend, { input }, { dim }) => {
    const shape = [...input!.shape];
    if (dim < -shape.length - 1 || dim > shape.length) {
      throw new RangeError(
        `\`expandDims\`: axis must be from ${-shape.length - 1} to ${shape.length}, got ${dim}.`,
      );
    }
    shape.splice(dim < 0 ? dim + shape.length + 1 : dim, 0, 1);
    return reshape(backend, input!, shape);
  },
  Cast: (backend, inputs, attrs) =>
    inputs['x']!.dtype === attrs['dtype']
      ? identical(backend, inputs['x']!)
      : recorder('Cast')(backend, inputs, attrs),
  Fill: (backend, inputs, attrs) => {
    const { shape, value, dtype = tf.util.inferDtype(value) } = attrs;
    return dtype === 'string'
      ? fallback('Fill')(backend, inputs, attrs)
      : filled(backend, shape, dtype, value);
  },
  ZerosLike: (backend, { x }) => filled(backend, x!.shape, x!.dtype, 0),
  OnesLike: (backend, { x }) => filled(backend, x!.shape, x!.dtype, 1),
  Range: (backend, _inputs, { start, stop, step: given, dtype }) => {
    const step = stop < start && given === 1 ? -1 : given;
    const count = Math.max(0, Math.ceil((stop - start) / step));
    const data = tf.util.makeZerosTypedArray(count, dtype as DType);
    for (let i = 0; i < count; i++) data[i] = start + i * step;
    return backend.makeHost([count], dtype ?? 'float32', data);
  },
  LinSpace: (backend, _inputs, { start, stop, num }) => {
    const step = num > 1 ? (stop - start) / (num - 1) : 0;
    const data = Float32Array.from({ length: num }, (_, i) => start + i * step);
    return backend.makeHost([num], 'float32', data);
  },
  // A wrong index would be found only when the graph runs; what is known is checked at once.
  GatherV2: (backend, inputs, attrs) => {
    const { x, indices } = inputs as Record<'x' | 'indices', tf.TensorInfo>;
    const known = backend.hostValue(indices)?.data ?? [];
    const limit = x.shape[attrs['axis'] < 0 ? attrs['axis'] + x.shape.length : attrs['axis']]!;
    for (const index of known) {
      if (index >= 0 && index < limit) continue;
      throw new RangeError(
        `GatherV2: the index value ${index} is not in [0, ${limit - 1}]; \`gather\` takes places of axis ${attrs['axis']} of [${x.shape}].`,
      );
    }
    return recorder('GatherV2')(backend, inputs, attrs);
  },
  Slice: atPlaces('Slice'),
  StridedSlice: atPlaces('StridedSlice'),
  PadV2: atPlaces('PadV2'),
  StsConv2D: withFilter('StsConv2D'),
  StsConv2DBackpropInput: withFilter('StsConv2DBackpropInput'),
  Conv2D: withFilter('Conv2D'),
  FusedConv2D: withFilter('FusedConv2D'),
  Conv2DBackpropInput: withFilter('Conv2DBackpropInput'),
  StsUpdate: update('StsUpdate'),
  StsUpdatePart: update('StsUpdatePart'),
};

/** Slots lie as their weights do from the first step on. */
function update(name: string): HostKernel {
  return (backend, inputs, attrs) => {
    const { numbers, weights } = attrs;
    const values = (inputs as unknown as tf.TensorInfo[]).map((one) => backend.value(one));
    values.slice(numbers + 2 * weights).forEach((slot, i) => {
      backend.settle(slot, values[numbers + (i % weights)]!.layout);
    });
    return backend.record(graphKernels.get(name)!, values, attrs);
  };
}
