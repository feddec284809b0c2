import * as tf from '@tensorflow/tfjs-core';
import { type GraphBuilder, type Handle, same } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { leastOf, repeated } from '../graph/repeated.ts';
import { countable, type DType } from '../graph/value-type.ts';

/** The type that holds what either type does. */
export const wider = (a: DType, b: DType): DType => tf.upcastType(a, b) as DType;

type Emit = (graph: GraphBuilder, a: string, b: string) => string;

export function broadcastShape(a: readonly number[], b: readonly number[]): number[] {
  return tf.broadcast_util.assertAndGetBroadcastShape([...a], [...b]);
}

/** `input` and `output` are the types the operator wants and gives; the operands' own if absent. */
function binary(name: string, emit: Emit, input?: DType, output?: DType): KernelDefinition {
  return {
    name,
    inputs: ['a', 'b'],
    outputs: ([a, b]) => ({
      shape: broadcastShape(a!.shape, b!.shape),
      dtype: output ?? input ?? a!.dtype,
    }),
    emit: (graph, operands, _attrs, [out]) =>
      combine(graph, emit, operands, out!.shape, input, out!.dtype),
  };
}

function combine(
  graph: GraphBuilder,
  emit: Emit,
  operands: readonly Handle[],
  shape: readonly number[],
  input: DType | undefined,
  output: DType,
): Handle {
  const work = input ?? operands[0]!.dtype;
  const [a, b] = operands.map((one) => graph.cast(leastOf(one), work)) as [Handle, Handle];
  // What repeats in both operands repeats in the result.
  const least = broadcastShape(a.shape, b.shape);
  const { layout, names } = graph.broadcast([a, b], least);
  const result = graph.handle(emit(graph, names[0]!, names[1]!), least, output, layout);
  return same(least, shape) ? result : repeated(graph, result, shape);
}

/** Numbers of either type; truth values count as 0 and 1. */
function arithmetic(name: string, emit: Emit): KernelDefinition {
  return {
    ...binary(name, emit),
    emit: (graph, operands, _attrs, [out]) => {
      const { dtype, shape } = out!;
      if (dtype !== 'bool') return combine(graph, emit, operands, shape, dtype, dtype);
      return graph.cast(combine(graph, emit, operands, shape, 'int32', 'int32'), 'bool');
    },
  };
}

/**
 * Whole numbers go through double: dividing integers by zero would end the process, and powers may
 * be fractions or too large. Where there is no double precision they go through int64, by `whole`.
 */
function wholeByDouble(name: string, emit: Emit, whole: Emit, output?: DType): KernelDefinition {
  return {
    ...binary(name, emit, undefined, output),
    emit: (graph, operands, _attrs, [out]) => {
      const { dtype, shape } = out!;
      if (operands[0]!.dtype === 'float32') {
        const result = combine(graph, emit, operands, shape, 'float32', 'float32');
        return graph.cast(result, dtype);
      }
      const widened: Emit = (g, a, b) => {
        if (g.webgpu)
          return g.castName(whole(g, g.castName(a, 'int64'), g.castName(b, 'int64')), dtype);
        const result = emit(g, g.castName(a, 'float64'), g.castName(b, 'float64'));
        return dtype === 'int32' ? g.whole(result, 'float64') : g.castName(result, dtype);
      };
      return combine(graph, widened, operands, shape, 'int32', dtype);
    },
  };
}

const onnx =
  (op: string): Emit =>
  (graph, a, b) =>
    graph.op(op, [a, b]);

/** Comparisons know no order of truth values. */
function comparison(name: string, emit: Emit): KernelDefinition {
  return {
    ...binary(name, emit, undefined, 'bool'),
    emit: (graph, operands, _attrs, [out]) => {
      const input = operands[0]!.dtype === 'bool' ? 'int32' : operands[0]!.dtype;
      return combine(graph, emit, operands, out!.shape, input, 'bool');
    },
  };
}

/** A quotient of int64 that is 0 where the divisor is. */
function divided(emit: Emit): Emit {
  return (graph, a, b) => {
    const [none, one] = [graph.scalar(0, 'int64'), graph.scalar(1, 'int64')];
    const isZero = graph.op('Equal', [b, none]);
    const quotient = emit(graph, a, graph.op('Where', [isZero, one, b]));
    return graph.op('Where', [isZero, none, quotient]);
  };
}

const power: Emit = (graph, a, b) => {
  const result = graph.op('Pow', [a, b]);
  if (!graph.webgpu) return result;
  // WebGPU takes the base without its sign.
  const isRoot = graph.op('Not', [graph.op('Equal', [b, graph.op('Floor', [b])])]);
  const isNone = graph.op('And', [graph.op('Less', [a, graph.scalar(0)]), isRoot]);
  return graph.op('Where', [isNone, graph.scalar(Number.NaN), result]);
};

const zero = (graph: GraphBuilder, like: string) => graph.op('Sub', [like, like]);

/** Element-wise functions of two tensors that broadcast. */
export const binaryKernels: readonly KernelDefinition[] = [
  arithmetic('Add', onnx('Add')),
  arithmetic('Sub', onnx('Sub')),
  arithmetic('Multiply', onnx('Mul')),
  wholeByDouble('RealDiv', onnx('Div'), divided(onnx('Div'))),
  wholeByDouble(
    'FloorDiv',
    (graph, a, b) => graph.op('Floor', [graph.op('Div', [a, b])]),
    divided((graph, a, b) => {
      const rest = graph.op('Mod', [a, b]);
      return graph.op('Div', [graph.op('Sub', [a, rest]), b]);
    }),
    'int32',
  ),
  // The remainder has the divisor's sign.
  wholeByDouble(
    'Mod',
    (graph, a, b) => {
      const rest = graph.op('Mod', [a, b], { fmod: 1 });
      const opposite = graph.op('Less', [graph.op('Mul', [rest, b]), zero(graph, b)]);
      return graph.op('Where', [opposite, graph.op('Add', [rest, b]), rest]);
    },
    divided(onnx('Mod')),
  ),
  arithmetic('Maximum', onnx('Max')),
  arithmetic('Minimum', onnx('Min')),
  wholeByDouble('Pow', power, onnx('Pow')),
  arithmetic('SquaredDifference', (graph, a, b) => {
    const difference = graph.op('Sub', [a, b]);
    return graph.op('Mul', [difference, difference]);
  }),
  binary(
    'Atan2',
    (graph, y, x) => {
      const none = graph.scalar(0);
      const angle = graph.op('Atan', [graph.op('Div', [y, x])]);
      const half = graph.op('Where', [
        graph.op('Less', [y, none]),
        graph.scalar(-Math.PI),
        graph.scalar(Math.PI),
      ]);
      const turned = graph.op('Where', [
        graph.op('Less', [x, none]),
        graph.op('Add', [angle, half]),
        angle,
      ]);
      const upright = graph.op('Mul', [graph.op('Sign', [y]), graph.scalar(Math.PI / 2)]);
      return graph.op('Where', [graph.op('Equal', [x, none]), upright, turned]);
    },
    'float32',
  ),
  {
    ...binary(
      'Prelu',
      (graph, x, alpha) =>
        graph.op('Where', [graph.op('Less', [x, graph.scalar(0)]), graph.op('Mul', [x, alpha]), x]),
      'float32',
    ),
    inputs: ['x', 'alpha'],
  },
  comparison('Equal', onnx('Equal')),
  comparison('NotEqual', (graph, a, b) => graph.op('Not', [graph.op('Equal', [a, b])])),
  comparison('Greater', onnx('Greater')),
  comparison('GreaterEqual', onnx('GreaterOrEqual')),
  comparison('Less', onnx('Less')),
  comparison('LessEqual', onnx('LessOrEqual')),
  binary('LogicalAnd', onnx('And'), 'bool'),
  binary('LogicalOr', onnx('Or'), 'bool'),
  {
    name: 'AddN',
    inputs: ['...'],
    outputs: ([first]) => first!,
    emit: (graph, operands, _attrs, [out]) => {
      const { shape, dtype } = out!;
      const work = countable(dtype);
      const { layout, names } = graph.broadcast(
        operands.map((one) => graph.cast(one, work)),
        shape,
      );
      const sum = names.reduce((a, b) => graph.op('Add', [a, b]));
      return graph.cast(graph.handle(sum, shape, work, layout), dtype);
    },
  },
  {
    name: 'Select',
    inputs: ['condition', 't', 'e'],
    outputs: ([, t, e]) => ({
      shape: t!.shape,
      dtype: wider(t!.dtype, e!.dtype),
    }),
    emit: (graph, [condition, t, e], _attrs, [out]) => {
      const { shape, dtype } = out!;
      const work = countable(dtype);
      const { layout, names } = graph.broadcast(
        [graph.cast(condition!, 'bool'), graph.cast(t!, work), graph.cast(e!, work)],
        shape,
      );
      return graph.cast(graph.handle(graph.op('Where', names), shape, work, layout), dtype);
    },
  },
];
