import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { countable, type DType } from '../graph/value-type.ts';
import { acosh, atanh, expm1, log1p, logarithm } from './logarithms.ts';

type Emit = (graph: GraphBuilder, x: string, attrs: Record<string, number>) => string;

/** Result is float32 whatever comes in. */
const real = (name: string, emit: Emit): KernelDefinition => unary(name, emit, 'float32');

function unary(name: string, emit: Emit, input: DType, output = input): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    outputs: ([x]) => ({ shape: x!.shape, dtype: output }),
    emit: (graph, [x], attrs) => {
      const operand = graph.cast(x!, input);
      return { ...operand, name: emit(graph, operand.name, attrs), dtype: output };
    },
  };
}

/** Numbers of either type, which is the result's; truth values count as 0 and 1. */
function numeric(
  name: string,
  emit: (graph: GraphBuilder, x: Handle, attrs: Record<string, number>) => string,
): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    outputs: ([x]) => x!,
    emit: (graph, [x], attrs) => {
      const operand = graph.cast(x!, countable(x!.dtype));
      return graph.cast({ ...operand, name: emit(graph, operand, attrs) }, x!.dtype);
    },
  };
}

const onnx =
  (op: string): Emit =>
  (graph, x) =>
    graph.op(op, [x]);

/** For whole numbers nothing is to be done. */
function rounding(name: string, op: string): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    outputs: ([x]) => x!,
    emit: (graph, [x]) => (x!.dtype === 'float32' ? { ...x!, name: graph.op(op, [x!.name]) } : x!),
  };
}

/** Element-wise functions of one tensor. */
export const unaryKernels: readonly KernelDefinition[] = [
  numeric('Abs', (graph, { name }) => graph.op('Abs', [name])),
  real('Acos', onnx('Acos')),
  real('Acosh', acosh),
  real('Asin', onnx('Asin')),
  real('Asinh', onnx('Asinh')),
  real('Atan', onnx('Atan')),
  real('Atanh', atanh),
  rounding('Ceil', 'Ceil'),
  numeric('ClipByValue', (graph, { name, dtype }, { clipValueMin, clipValueMax }) =>
    graph.op('Clip', [
      name,
      graph.scalar(clipValueMin!, dtype),
      graph.scalar(clipValueMax!, dtype),
    ]),
  ),
  real('Cos', onnx('Cos')),
  real('Cosh', onnx('Cosh')),
  real('Elu', onnx('Elu')),
  real('Erf', onnx('Erf')),
  real('Exp', onnx('Exp')),
  real('Expm1', expm1),
  rounding('Floor', 'Floor'),
  unary(
    'IsFinite',
    (graph, x) =>
      graph.op('Not', [graph.op('Or', [graph.op('IsInf', [x]), graph.op('IsNaN', [x])])]),
    'float32',
    'bool',
  ),
  unary('IsInf', onnx('IsInf'), 'float32', 'bool'),
  unary('IsNan', onnx('IsNaN'), 'float32', 'bool'),
  real('LeakyRelu', (graph, x, { alpha }) =>
    graph.op('LeakyRelu', [x], { alpha: { float: alpha! } }),
  ),
  real('Log', logarithm),
  real('Log1p', log1p),
  unary('LogicalNot', onnx('Not'), 'bool'),
  numeric('Neg', (graph, { name }) => graph.op('Neg', [name])),
  real('Reciprocal', onnx('Reciprocal')),
  numeric('Relu', (graph, { name }) => graph.op('Relu', [name])),
  numeric('Relu6', (graph, { name, dtype }) =>
    graph.op('Clip', [name, graph.scalar(0, dtype), graph.scalar(6, dtype)]),
  ),
  rounding('Round', 'Round'),
  real('Rsqrt', (graph, x) => graph.op('Reciprocal', [graph.op('Sqrt', [x])])),
  real('Selu', onnx('Selu')),
  real('Sigmoid', onnx('Sigmoid')),
  // A value that is no number has the sign 0.
  numeric('Sign', (graph, { name, dtype }) => {
    const sign = graph.op('Sign', [name]);
    if (dtype !== 'float32') return sign;
    return graph.op('Where', [graph.op('IsNaN', [name]), graph.scalar(0), sign]);
  }),
  real('Sin', onnx('Sin')),
  real('Sinh', onnx('Sinh')),
  real('Softplus', onnx('Softplus')),
  real('Sqrt', onnx('Sqrt')),
  numeric('Square', (graph, { name }) => graph.op('Mul', [name, name])),
  {
    name: 'Step',
    inputs: ['x'],
    outputs: ([x]) => x!,
    emit: (graph, [x], { alpha }) => {
      const operand = graph.cast(x!, 'float32');
      const step = graph.op('Where', [
        graph.op('Greater', [operand.name, graph.scalar(0)]),
        graph.scalar(1),
        graph.scalar(alpha ?? 0),
      ]);
      const none = graph.op('IsNaN', [operand.name]);
      const name = graph.op('Where', [none, operand.name, step]);
      return graph.cast({ ...operand, name }, x!.dtype);
    },
  },
  real('Tan', onnx('Tan')),
  real('Tanh', onnx('Tanh')),
];
