import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type DType, identity, sizeOf } from '../graph/value-type.ts';

/** Reduces logical axes where they lie. */
export function reduce(
  graph: GraphBuilder,
  op: string,
  x: Handle,
  axes: readonly number[],
  keepDims: boolean,
): Handle {
  const kept = x.shape.map((_, axis) => !axes.includes(axis));
  const shape = keepDims
    ? x.shape.map((size, axis) => (kept[axis] ? size : 1))
    : x.shape.filter((_, axis) => kept[axis]);
  if (axes.length === 0) return x;
  const places = axes.map((axis) => x.layout.indexOf(axis)).sort((a, b) => a - b);
  const name = graph.op(op, [x.name, graph.ints(places)], { keepdims: keepDims ? 1 : 0 });
  if (keepDims) return graph.handle(name, shape, x.dtype, x.layout);
  const rest = identity(x.shape.length).filter((axis) => kept[axis]);
  const layout = x.layout.filter((axis) => kept[axis]).map((axis) => rest.indexOf(axis));
  return graph.handle(name, shape, x.dtype, layout);
}

/** @param empty what there is where nothing is combined, as TensorFlow.js's `cpu` backend has it */
function reduction(
  name: string,
  op: string,
  empty: number,
  work: (dtype: DType) => DType,
  result: (dtype: DType) => DType,
): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    attrs: ({ axis, reductionIndices, keepDims }, [x]) => ({
      axes: tf.util.parseAxisParam(
        (axis ?? reductionIndices ?? identity(x!.shape.length)) as number[],
        [...x!.shape],
      ),
      keepDims: keepDims ?? false,
    }),
    outputs: ([x], { axes, keepDims }) => {
      const shape = keepDims
        ? x!.shape.map((size, axis) => (axes.includes(axis) ? 1 : size))
        : x!.shape.filter((_, axis) => !axes.includes(axis));
      return { shape, dtype: result(x!.dtype) };
    },
    emit: (graph, [x], { axes, keepDims }, [out]) => {
      if (sizeOf(x!.shape) === 0) return graph.filled(out!.shape, out!.dtype, empty);
      const operand = graph.cast(x!, work(x!.dtype));
      const reduced = reduce(graph, op, operand, axes, keepDims);
      const ordered = (op === 'ReduceMax' || op === 'ReduceMin') && operand.dtype === 'float32';
      return ordered && axes.length > 0
        ? orNone(graph, operand, reduced, axes, keepDims)
        : graph.cast(reduced, out!.dtype);
    },
  };
}

/** ONNX Runtime's extremes pass over values that are no numbers; TensorFlow.js's are none then. */
function orNone(
  graph: GraphBuilder,
  x: Handle,
  extreme: Handle,
  axes: readonly number[],
  keepDims: boolean,
): Handle {
  const flags = { ...x, name: graph.castName(graph.op('IsNaN', [x.name]), 'int32') };
  const found = reduce(graph, 'ReduceMax', flags, axes, keepDims);
  const any = graph.castName(found.name, 'bool');
  const name = graph.op('Where', [any, graph.scalar(Number.NaN), extreme.name]);
  return { ...extreme, name };
}

const float = (): DType => 'float32';
const bool = (): DType => 'bool';
const int = (): DType => 'int32';
const own = (dtype: DType): DType => dtype;
const countable = (dtype: DType): DType => (dtype === 'bool' ? 'int32' : dtype);

function position(name: 'ArgMax' | 'ArgMin'): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    attrs: ({ axis }, [x]) => ({ axis: tf.util.parseAxisParam(axis, [...x!.shape])[0]! }),
    outputs: ([x], { axis }) => ({
      shape: x!.shape.filter((_, i) => i !== axis),
      dtype: 'int32',
    }),
    emit: (graph, [x], { axis }, [out]) => {
      if (sizeOf(x!.shape) === 0) return graph.filled(out!.shape, 'int32', 0);
      const operand = graph.cast(x!, countable(x!.dtype));
      const rest = identity(x!.shape.length).filter((i) => i !== axis);
      // Values that are no numbers are passed over.
      const worst = graph.scalar(name === 'ArgMax' ? -Infinity : Infinity);
      const numbers =
        operand.dtype === 'float32'
          ? graph.op('Where', [graph.op('IsNaN', [operand.name]), worst, operand.name])
          : operand.name;
      const found = graph.op(name, [numbers], {
        axis: x!.layout.indexOf(axis),
        keepdims: 0,
      });
      return graph.handle(
        graph.castName(found, 'int32'),
        out!.shape,
        'int32',
        x!.layout.filter((i) => i !== axis).map((i) => rest.indexOf(i)),
      );
    },
  };
}

function softmax(name: string, op: string, attribute: string): KernelDefinition {
  return {
    name,
    inputs: ['logits'],
    attrs: (attrs, [x]) => ({
      axis: tf.util.parseAxisParam(attrs[attribute], [...x!.shape])[0]!,
    }),
    outputs: ([x]) => ({ shape: x!.shape, dtype: 'float32' }),
    emit: (graph, [logits], { axis }) => {
      const x = graph.cast(logits!, 'float32');
      return { ...x, name: graph.op(op, [x.name], { axis: x.layout.indexOf(axis) }) };
    },
  };
}

/** Kernels that combine values along axes. */
export const reductionKernels: readonly KernelDefinition[] = [
  reduction('Sum', 'ReduceSum', 0, countable, countable),
  reduction('Mean', 'ReduceMean', 0, float, float),
  reduction('Max', 'ReduceMax', Number.NaN, countable, own),
  reduction('Min', 'ReduceMin', Number.NaN, countable, own),
  reduction('Prod', 'ReduceProd', 1, countable, countable),
  reduction('All', 'ReduceMin', 0, int, bool),
  reduction('Any', 'ReduceMax', 0, int, bool),
  position('ArgMax'),
  position('ArgMin'),
  softmax('Softmax', 'Softmax', 'dim'),
  softmax('LogSoftmax', 'LogSoftmax', 'axis'),
  {
    name: 'Cumsum',
    inputs: ['x'],
    attrs: ({ axis, exclusive, reverse }, [x]) => ({
      axis: tf.util.parseAxisParam(axis, [...x!.shape])[0]!,
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    }),
    outputs: ([x]) => ({ shape: x!.shape, dtype: countable(x!.dtype) }),
    emit: (graph, [x], { axis, exclusive, reverse }, [out]) => {
      const operand = graph.cast(x!, out!.dtype);
      const name = graph.op(
        'CumSum',
        [operand.name, graph.scalar(operand.layout.indexOf(axis), 'int64')],
        { exclusive, reverse },
      );
      return { ...operand, name };
    },
  },
  {
    name: 'Cumprod',
    inputs: ['x'],
    attrs: ({ axis, exclusive, reverse }, [x]) => ({
      axis: tf.util.parseAxisParam(axis, [...x!.shape])[0]!,
      exclusive: exclusive ?? false,
      reverse: reverse ?? false,
    }),
    outputs: ([x]) => ({ shape: x!.shape, dtype: countable(x!.dtype) }),
    // ONNX has no such operator: slice by slice.
    emit: (graph, [x], { axis, exclusive, reverse }, [out]) => {
      const operand = graph.cast(x!, out!.dtype);
      const count = x!.shape[axis]!;
      const place = operand.layout.indexOf(axis);
      if (count < 2 && !exclusive) return operand;
      const slices = graph.ops(
        'Split',
        [operand.name, graph.ints(new Array(count).fill(1))],
        count,
        { axis: place },
      );
      if (reverse) slices.reverse();
      const sizes = operand.layout.map((i) => (i === axis ? 1 : x!.shape[i]!));
      let product = graph.op('Expand', [graph.scalar(1, out!.dtype), graph.ints(sizes)]);
      const products = slices.map((one) => {
        const before = product;
        product = graph.op('Mul', [product, one]);
        return exclusive ? before : product;
      });
      if (reverse) products.reverse();
      return { ...operand, name: graph.op('Concat', products, { axis: place }) };
    },
  },
];
