import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { Attrs } from '../graph/value-type.ts';

/** The activation that fused kernels end in. */
export function activate(
  graph: GraphBuilder,
  x: Handle,
  { activation, leakyreluAlpha }: Attrs,
  prelu: Handle | undefined,
): Handle {
  const is = (name: string) => ({ ...x, name });
  switch (activation ?? 'linear') {
    case 'linear':
      return x;
    case 'relu':
      return is(graph.op('Relu', [x.name]));
    case 'relu6':
      return is(graph.op('Clip', [x.name, graph.scalar(0), graph.scalar(6)]));
    case 'elu':
      return is(graph.op('Elu', [x.name]));
    case 'sigmoid':
      return is(graph.op('Sigmoid', [x.name]));
    case 'leakyrelu':
      return is(graph.op('LeakyRelu', [x.name], { alpha: { float: leakyreluAlpha } }));
    case 'prelu': {
      const { layout, names } = graph.broadcast([x, prelu!], x.shape);
      const [a, alpha] = names as [string, string];
      const name = graph.op('Where', [
        graph.op('Less', [a, graph.scalar(0)]),
        graph.op('Mul', [a, alpha]),
        a,
      ]);
      return graph.handle(name, x.shape, x.dtype, layout);
    }
    default:
      throw new RangeError(`ort backend: fused activation '${activation}' is not known.`);
  }
}

/** Adds a bias, if there is one. */
export function addBias(graph: GraphBuilder, x: Handle, bias: Handle | undefined): Handle {
  if (bias === undefined) return x;
  const { layout, names } = graph.broadcast([x, bias], x.shape);
  return graph.handle(graph.op('Add', names), x.shape, x.dtype, layout);
}
