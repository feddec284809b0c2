import type { GraphBuilder } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';

/**
 * 1 where a number is greater than 0, elsewhere 0, in one pass by all threads (ONNX Runtime's `Where`
 * makes three by one thread). Numbers below 3e-39 count as their share of that.
 */
const isPositive = (graph: GraphBuilder, x: string): string =>
  graph.op('HardSigmoid', [x], { alpha: { float: LARGEST }, beta: { float: 0 } });

/** The largest float32. */
const LARGEST = (2 - 2 ** -23) * 2 ** 127;

/** Gradients of activations and the optimiser's step. */
export const trainingKernels: readonly KernelDefinition[] = [
  {
    name: 'EluGrad',
    inputs: ['dy', 'y'],
    outputs: ([dy]) => dy!,
    emit: (graph, [dy, y], _attrs, [out]) => {
      const { layout, names } = graph.broadcast([y!, dy!], out!.shape);
      const [value, gradient] = names as [string, string];
      const below = graph.op('Mul', [gradient, graph.op('Add', [value, graph.scalar(1)])]);
      const above = graph.op('GreaterOrEqual', [value, graph.scalar(0)]);
      const name = graph.op('Where', [above, gradient, below]);
      return graph.handle(name, out!.shape, 'float32', layout);
    },
  },
  {
    name: 'StsReLUGrad',
    inputs: ['dy', 'y'],
    outputs: ([dy]) => dy!,
    emit: (graph, [dy, y], { maxValue }, [out]) => {
      const { layout, names } = graph.broadcast([y!, dy!], out!.shape);
      const [value, gradient] = names as [string, string];
      const above = isPositive(graph, value);
      const inside =
        maxValue === null
          ? above
          : graph.op('Mul', [
              above,
              isPositive(graph, graph.op('Sub', [graph.scalar(maxValue), value])),
            ]);
      return graph.handle(graph.op('Mul', [inside, gradient]), out!.shape, 'float32', layout);
    },
  },
];
