import * as tf from '@tensorflow/tfjs-core';
import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, countable, identity, sizeOf, type ValueType } from '../graph/value-type.ts';
import { activate, addBias } from './activation.ts';
import { broadcastShape, wider } from './binary.ts';
import { transpose } from './moves.ts';
import { total } from './reduction.ts';

/** Exchanges the last two axes; only the book-keeping changes. */
function swapped(x: Handle): Handle {
  const rank = x.shape.length;
  const axes = [...identity(rank - 2), rank - 1, rank - 2];
  return {
    ...x,
    shape: axes.map((axis) => x.shape[axis]!),
    layout: x.layout.map((axis) => axes.indexOf(axis)),
  };
}

/** The value's name and whether its matrices lie transposed there. */
function matrices(graph: GraphBuilder, x: Handle): { name: string; transposed: number } {
  const rank = x.shape.length;
  const turned = [...identity(rank - 2), rank - 1, rank - 2];
  if (x.layout.every((axis, i) => axis === turned[i])) return { name: x.name, transposed: 1 };
  return { name: graph.plain(x), transposed: 0 };
}

/** Product of (batches of) matrices; batch axes broadcast. */
function matMul(graph: GraphBuilder, a: Handle, b: Handle): Handle {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape = [
    ...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
    a.shape.at(-2)!,
    b.shape.at(-1)!,
  ];
  // Products of transposed matrices are left as the memory was where there is nothing to add up.
  if (sizeOf(a.shape) === 0) return graph.filled(shape, a.dtype, 0);
  const left = matrices(graph, a);
  const right = matrices(graph, b);
  let name: string;
  if (left.transposed + right.transposed === 0 || a.dtype !== 'float32') {
    name = graph.op('MatMul', [graph.plain(a), graph.plain(b)]);
  } else if (rank === 2) {
    name = graph.op('Gemm', [left.name, right.name], {
      transA: left.transposed,
      transB: right.transposed,
    });
  } else if (graph.contrib) {
    name = graph.op(
      'FusedMatMul',
      [left.name, right.name],
      { transA: left.transposed, transB: right.transposed },
      'com.microsoft',
    );
  } else {
    name = graph.op('MatMul', [graph.plain(a), graph.plain(b)]);
  }
  return graph.handle(name, shape, a.dtype);
}

const outputs = (operands: readonly ValueType[], attrs: Attrs): ValueType => {
  const { transposeA, transposeB } = attrs;
  const [a, b] = [operands[0]!.shape, operands[1]!.shape];
  const inner = [a.at(transposeA ? -2 : -1), b.at(transposeB ? -1 : -2)];
  if (a.length < 2 || b.length < 2 || inner[0] !== inner[1]) {
    throw new RangeError(
      `\`matMul\`: operands must be matrices (or batches of them) that share their inner size, got [${a}]${transposeA ? ' transposed' : ''} and [${b}]${transposeB ? ' transposed' : ''}.`,
    );
  }
  return {
    shape: [
      ...broadcastShape(a.slice(0, -2), b.slice(0, -2)),
      a.at(transposeA ? -1 : -2)!,
      b.at(transposeB ? -2 : -1)!,
    ],
    dtype: operands[0]!.dtype === 'int32' && operands[1]!.dtype === 'int32' ? 'int32' : 'float32',
  };
};

const multiply = (
  graph: GraphBuilder,
  [a, b]: readonly Handle[],
  attrs: Attrs,
  dtype: ValueType['dtype'],
): Handle => {
  const [x, y] = [graph.cast(a!, dtype), graph.cast(b!, dtype)];
  return matMul(graph, attrs['transposeA'] ? swapped(x) : x, attrs['transposeB'] ? swapped(y) : y);
};

/** Products of matrices. */
export const matMulKernels: readonly KernelDefinition[] = [
  {
    name: 'BatchMatMul',
    inputs: ['a', 'b'],
    outputs,
    emit: (graph, operands, attrs, [out]) => multiply(graph, operands, attrs, out!.dtype),
  },
  {
    name: '_FusedMatMul',
    inputs: ['a', 'b', 'bias?', 'preluActivationWeights?'],
    outputs,
    emit: (graph, operands, attrs, [out]) => {
      const [, , bias, prelu] = operands;
      const product = multiply(graph, operands, attrs, out!.dtype);
      return activate(graph, addBias(graph, product, bias), attrs, prelu);
    },
  },
  {
    name: 'Einsum',
    inputs: ['...'],
    outputs: (inputs, { equation }) => ({
      shape: einsumShape(equation, inputs),
      dtype: inputs.map(({ dtype }) => countable(dtype)).reduce(wider),
    }),
    emit: (graph, inputs, attrs, [out]) => {
      const equation = (attrs['equation'] as string).replace(/\s/g, '');
      const { dtype } = out!;
      const operands = inputs.map((one) => graph.cast(one, dtype));
      const [from, to] = equation.split('->') as [string, string];
      // What is no product is a sum, which is ours to order.
      if (operands.length === 1 && new Set(from).size === from.length) {
        const summed = identity(from.length).filter((axis) => !to.includes(from[axis]!));
        const kept = [...from].filter((one) => to.includes(one));
        const left = summed.length === 0 ? operands[0]! : total(graph, operands[0]!, summed, false);
        return transpose(
          left,
          [...to].map((one) => kept.indexOf(one)),
        );
      }
      const names = operands.map((one) => graph.plain(one));
      return graph.handle(graph.op('Einsum', names, { equation }), out!.shape, dtype);
    },
  },
];

function einsumShape(equation: string, inputs: readonly ValueType[]): number[] {
  const shapes = inputs.map(({ shape }) => ({ shape: [...shape] }) as tf.Tensor);
  const { allDims, summedDims, idDims } = tf.backend_util.decodeEinsumEquation(
    equation,
    inputs.length,
  );
  tf.backend_util.checkEinsumDimSizes(allDims.length, idDims, shapes);
  const sizes = new Map<number, number>();
  idDims.forEach((ids, i) => {
    ids.forEach((id, axis) => {
      sizes.set(id, inputs[i]!.shape[axis]!);
    });
  });
  return allDims
    .map((_, id) => id)
    .filter((id) => !summedDims.includes(id))
    .map((id) => sizes.get(id)!);
}
