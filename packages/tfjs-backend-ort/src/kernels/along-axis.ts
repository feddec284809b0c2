import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, countable, type ValueType } from '../graph/value-type.ts';
import { slice } from './moves.ts';
import { reduce, sum } from './reduce.ts';
import { SHORT } from './sums.ts';

function softmax(
  name: string,
  attribute: string,
  share: (graph: GraphBuilder, shifted: string, powers: string, total: string) => string,
): KernelDefinition {
  return {
    name,
    inputs: ['logits'],
    attrs: (attrs, [x]) => ({
      axis: tf.util.parseAxisParam(attrs[attribute], [...x!.shape])[0]!,
    }),
    outputs: ([x]) => ({ shape: x!.shape, dtype: 'float32' }),
    emit: (graph, [logits], { axis }) => {
      const x = graph.cast(logits!, 'float32');
      if (!graph.contrib || x.shape[axis]! <= SHORT) {
        return { ...x, name: graph.op(name, [x.name], { axis: x.layout.indexOf(axis) }) };
      }
      const largest = reduce(graph, 'ReduceMax', x, [axis], true);
      const shifted = graph.op('Sub', [x.name, largest.name]);
      const powers = { ...x, name: graph.op('Exp', [shifted]) };
      const total = sum(graph, powers, [axis], true);
      return { ...x, name: share(graph, shifted, powers.name, total.name) };
    },
  };
}

/** A scan: results lie as the operand does. */
function scan(
  name: string,
  emit: (graph: GraphBuilder, x: Handle, axis: number, attrs: Attrs) => string,
): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    attrs: ({ axis, exclusive, reverse }, [x]) => ({
      axis: tf.util.parseAxisParam(axis, [...x!.shape])[0]!,
      exclusive: exclusive ?? false,
      reverse: reverse ?? false,
    }),
    outputs: ([x]): ValueType => ({ shape: x!.shape, dtype: countable(x!.dtype) }),
    emit: (graph, [x], attrs, [out]) => {
      const operand = graph.cast(x!, out!.dtype);
      const isLong = out!.dtype === 'float32' && x!.shape[attrs['axis']]! > SHORT;
      const wide = isLong ? graph.castName(operand.name, 'float64') : operand.name;
      const name = emit(graph, { ...operand, name: wide }, attrs['axis'], attrs);
      return { ...operand, name: isLong ? graph.castName(name, 'float32') : name };
    },
  };
}

/** Kernels that keep the shape and combine what lies along one axis. */
export const alongAxisKernels: readonly KernelDefinition[] = [
  softmax('Softmax', 'dim', (graph, _shifted, powers, total) => graph.op('Div', [powers, total])),
  softmax('LogSoftmax', 'axis', (graph, shifted, _powers, total) =>
    graph.op('Sub', [shifted, graph.op('Log', [total])]),
  ),
  scan('Cumsum', (graph, x, axis, { exclusive, reverse }) =>
    graph.op('CumSum', [x.name, graph.scalar(x.layout.indexOf(axis), 'int64')], {
      exclusive: exclusive ? 1 : 0,
      reverse: reverse ? 1 : 0,
    }),
  ),
  // ONNX has no such operator. After step k each element holds the product of the 2ᵏ before it
  // (Hillis & Steele 1986).
  scan('Cumprod', (graph, x, axis, { exclusive, reverse }) => {
    const length = x.shape[axis]!;
    const place = x.layout.indexOf(axis);
    const sizes = x.layout.map((i) => x.shape[i]!);
    /** Ones before or behind all but the last or first elements. */
    const moved = (name: string, by: number) => {
      const [from, to] = reverse ? [by, length] : [0, length - by];
      const begin = x.shape.map((_, i) => (i === axis ? from : 0));
      const end = x.shape.map((size, i) => (i === axis ? to : size));
      const kept = slice(graph, { ...x, name }, begin, end).name;
      const one = graph.op('CastLike', [graph.scalar(1), x.name]);
      const ones = graph.op('Expand', [one, graph.ints(sizes.with(place, by))]);
      return graph.op('Concat', reverse ? [kept, ones] : [ones, kept], { axis: place });
    };
    let product = exclusive ? moved(x.name, 1) : x.name;
    for (let by = 1; by < length; by *= 2) {
      product = graph.op('Mul', [product, moved(product, by)]);
    }
    return product;
  }),
];
