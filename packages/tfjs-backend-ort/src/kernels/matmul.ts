import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, identity, type ValueType } from '../graph/value.ts';
import type { GraphBuilder, Handle } from '../onnx/graph-builder.ts';
import { activate, addBias } from './activation.ts';
import { broadcastShape } from './binary.ts';

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
export function matMul(graph: GraphBuilder, a: Handle, b: Handle): Handle {
  const rank = Math.max(a.shape.length, b.shape.length);
  const shape = [
    ...broadcastShape(a.shape.slice(0, -2), b.shape.slice(0, -2)),
    a.shape.at(-2)!,
    b.shape.at(-1)!,
  ];
  const left = matrices(graph, a);
  const right = matrices(graph, b);
  let name: string;
  if (left.transposed + right.transposed === 0) {
    name = graph.op('MatMul', [left.name, right.name]);
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
  return graph.handle(name, shape, 'float32');
}

const outputs = ([a, b]: readonly ValueType[], { transposeA, transposeB }: Attrs): ValueType => ({
  shape: [
    ...broadcastShape(a!.shape.slice(0, -2), b!.shape.slice(0, -2)),
    a!.shape.at(transposeA ? -1 : -2)!,
    b!.shape.at(transposeB ? -2 : -1)!,
  ],
  dtype: 'float32',
});

const multiply = (graph: GraphBuilder, a: Handle, b: Handle, attrs: Attrs): Handle => {
  const [x, y] = [graph.cast(a, 'float32'), graph.cast(b, 'float32')];
  return matMul(graph, attrs['transposeA'] ? swapped(x) : x, attrs['transposeB'] ? swapped(y) : y);
};

/** Products of matrices. */
export const matMulKernels: readonly KernelDefinition[] = [
  {
    name: 'BatchMatMul',
    inputs: ['a', 'b'],
    outputs,
    emit: (graph, [a, b], attrs) => multiply(graph, a!, b!, attrs),
  },
  {
    name: '_FusedMatMul',
    inputs: ['a', 'b', 'bias?', 'preluActivationWeights?'],
    outputs,
    emit: (graph, [a, b, bias, prelu], attrs) =>
      activate(graph, addBias(graph, multiply(graph, a!, b!, attrs), bias), attrs, prelu),
  },
  {
    name: 'Einsum',
    inputs: ['...'],
    outputs: (inputs, { equation }) => ({
      shape: einsumShape(equation, inputs),
      dtype: 'float32',
    }),
    emit: (graph, inputs, { equation }, [out]) =>
      graph.handle(
        graph.op(
          'Einsum',
          inputs.map((one) => graph.plain(graph.cast(one, 'float32'))),
          { equation: (equation as string).replace(/\s/g, '') },
        ),
        out!.shape,
        'float32',
      ),
  },
];

function einsumShape(equation: string, inputs: readonly ValueType[]): number[] {
  const [left, right] = equation.replace(/\s/g, '').split('->') as [string, string];
  const sizes = new Map<string, number>();
  left.split(',').forEach((letters, i) => {
    [...letters].forEach((letter, axis) => {
      sizes.set(letter, inputs[i]!.shape[axis]!);
    });
  });
  return [...right].map((letter) => sizes.get(letter)!);
}
