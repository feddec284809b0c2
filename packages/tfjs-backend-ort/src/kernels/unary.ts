import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import type { DType } from '../graph/value-type.ts';
import { acosh, atanh, expm1, log1p, logarithm } from './logarithms.ts';

type Emit = (graph: GraphBuilder, x: string, attrs: Record<string, number>) => string;

/** Result is float32 whatever comes in. */
const real = (name: string, emit: Emit): KernelDefinition => unary(name, emit, 'float32');

function unary(name: string, emit: Emit, input?: DType, output?: DType): KernelDefinition {
  return {
    name,
    inputs: ['x'],
    outputs: ([x]) => ({ shape: x!.shape, dtype: output ?? input ?? x!.dtype }),
    emit: (graph, [x], attrs, [out]) => {
      const operand = input === undefined ? x! : graph.cast(x!, input);
      return { ...operand, name: emit(graph, operand.name, attrs), dtype: out!.dtype };
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
  unary('Abs', onnx('Abs')),
  real('Acos', onnx('Acos')),
  real('Acosh', acosh),
  real('Asin', onnx('Asin')),
  real('Asinh', onnx('Asinh')),
  real('Atan', onnx('Atan')),
  real('Atanh', atanh),
  rounding('Ceil', 'Ceil'),
  {
    name: 'ClipByValue',
    inputs: ['x'],
    outputs: ([x]) => x!,
    emit: (graph, [x], { clipValueMin, clipValueMax }) => {
      const work = x!.dtype === 'bool' ? 'int32' : x!.dtype;
      const operand = graph.cast(x!, work);
      const bounds = [clipValueMin, clipValueMax].map((value) => graph.scalar(value, work));
      const name = graph.op('Clip', [operand.name, ...bounds]);
      return graph.cast({ ...operand, name }, x!.dtype);
    },
  },
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
  unary('Neg', onnx('Neg')),
  real('Reciprocal', onnx('Reciprocal')),
  unary('Relu', onnx('Relu')),
  {
    name: 'Relu6',
    inputs: ['x'],
    outputs: ([x]) => x!,
    emit: (graph, [x]) => {
      const bounds = [graph.scalar(0, x!.dtype), graph.scalar(6, x!.dtype)];
      return { ...x!, name: graph.op('Clip', [x!.name, ...bounds]) };
    },
  },
  rounding('Round', 'Round'),
  real('Rsqrt', (graph, x) => graph.op('Reciprocal', [graph.op('Sqrt', [x])])),
  real('Selu', onnx('Selu')),
  real('Sigmoid', onnx('Sigmoid')),
  {
    name: 'Sign',
    inputs: ['x'],
    outputs: ([x]) => x!,
    // A value that is no number has the sign 0.
    emit: (graph, [x]) => {
      const sign = graph.op('Sign', [x!.name]);
      if (x!.dtype !== 'float32') return { ...x!, name: sign };
      const none = graph.op('IsNaN', [x!.name]);
      return { ...x!, name: graph.op('Where', [none, graph.scalar(0), sign]) };
    },
  },
  real('Sin', onnx('Sin')),
  real('Sinh', onnx('Sinh')),
  real('Softplus', onnx('Softplus')),
  real('Sqrt', onnx('Sqrt')),
  unary('Square', (graph, x) => graph.op('Mul', [x, x])),
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
