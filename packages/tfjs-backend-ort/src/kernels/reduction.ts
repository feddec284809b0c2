import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { countable, type DType, identity, sizeOf } from '../graph/value-type.ts';
import { mean, reduce, sum } from './reduce.ts';

type Reduce = (
  graph: GraphBuilder,
  x: Handle,
  axes: readonly number[],
  keepDims: boolean,
) => Handle;

/** @param empty what there is where nothing is combined, as TensorFlow.js's `cpu` backend has it */
function reduction(
  name: string,
  apply: Reduce,
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
      const combined = axes.length === 0 ? operand : apply(graph, operand, axes, keepDims);
      return graph.cast(combined, out!.dtype);
    },
  };
}

/** Sum of values of either type. */
export const total: Reduce = (graph, x, axes, keepDims) =>
  x.dtype === 'float32'
    ? sum(graph, x, axes, keepDims)
    : reduce(graph, 'ReduceSum', x, axes, keepDims);

/** ONNX Runtime's extremes pass over values that are no numbers; TensorFlow.js's are none then. */
const extreme =
  (op: 'ReduceMax' | 'ReduceMin'): Reduce =>
  (graph, x, axes, keepDims) => {
    const found = reduce(graph, op, x, axes, keepDims);
    if (x.dtype !== 'float32') return found;
    const flags = { ...x, name: graph.castName(graph.op('IsNaN', [x.name]), 'int32') };
    const any = graph.castName(reduce(graph, 'ReduceMax', flags, axes, keepDims).name, 'bool');
    const name = graph.op('Where', [any, graph.scalar(Number.NaN), found.name]);
    return { ...found, name };
  };

const product: Reduce = (graph, x, axes, keepDims) => {
  if (x.dtype !== 'float32') return reduce(graph, 'ReduceProd', x, axes, keepDims);
  const wide = { ...x, name: graph.castName(x.name, 'float64') };
  const found = reduce(graph, 'ReduceProd', wide, axes, keepDims);
  return { ...found, name: graph.castName(found.name, 'float32') };
};

const float = (): DType => 'float32';
const bool = (): DType => 'bool';
const int = (): DType => 'int32';
const own = (dtype: DType): DType => dtype;

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

/** Kernels that combine values along axes. */
export const reductionKernels: readonly KernelDefinition[] = [
  reduction('Sum', total, 0, countable, countable),
  reduction('Mean', mean, 0, float, float),
  reduction('Max', extreme('ReduceMax'), Number.NaN, countable, own),
  reduction('Min', extreme('ReduceMin'), Number.NaN, countable, own),
  reduction('Prod', product, 1, countable, countable),
  reduction('All', extreme('ReduceMin'), 0, int, bool),
  reduction('Any', extreme('ReduceMax'), 0, int, bool),
  position('ArgMax'),
  position('ArgMin'),
];
