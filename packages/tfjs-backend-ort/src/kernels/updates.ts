import type { GraphBuilder, Handle } from '../graph/graph-builder.ts';
import type { KernelDefinition } from '../graph/kernel.ts';
import { type Attrs, identity, sizeOf, type ValueType } from '../graph/value-type.ts';
import { type UpdateName, updateRules } from '../updates/update-rules.ts';

/**
 * A step of an optimiser over many weights, after which others of the step may be updated. Takes some numbers
 * (the attribute `numbers` says how many), then as many values as there are weights (`weights`), their gradients,
 * and their slots of each kind; gives the new values, then the new slots, in the same order.
 */
const part: KernelDefinition = {
  name: 'StsUpdatePart',
  inputs: ['...'],
  outputs: (operands, attrs) => {
    const [values, , ...slots] = lists(operands, attrs);
    return [values!, ...slots].flat();
  },
  emit: (graph, operands, attrs) => {
    const numbers = operands.slice(0, attrs['numbers']).map(({ name }) => name);
    const all = lists(operands, attrs);
    const results: Handle[] = [];
    for (const group of groups(all[0]!)) {
      const joined = all.map((list) =>
        join(
          graph,
          group.map((i) => list[i]!),
        ),
      );
      const { shape } = joined[0]!;
      const { layout, names } = graph.broadcast(joined, shape);
      const [value, gradient, ...slots] = names as [string, string];
      const rule = updateRules[attrs['rule'] as UpdateName];
      rule(graph, { value, gradient, slots, numbers }, attrs).forEach((name, kind) => {
        const sizes = group.map((i) => sizeOf(all[0]![i]!.shape));
        split(graph, graph.handle(name, shape, 'float32', layout), sizes).forEach((one, i) => {
          results[kind * attrs['weights'] + group[i]!] = one;
        });
      });
    }
    return results;
  },
};

/** `StsUpdatePart`, and `StsUpdate`, with which the step ends. */
export const updateKernels: readonly KernelDefinition[] = [
  part,
  { ...part, name: 'StsUpdate', endsStep: true },
];

/** The values, the gradients, and the slots of each kind. */
function lists<T extends ValueType>(operands: readonly T[], { numbers, weights }: Attrs): T[][] {
  return identity((operands.length - numbers) / weights).map((i) =>
    operands.slice(numbers + i * weights, numbers + (i + 1) * weights),
  );
}

/**
 * Which weights are updated as one: those of one axis, which most are in many networks and which
 * only have to be laid one behind the other.
 */
function groups(values: readonly ValueType[]): number[][] {
  const isRow = (i: number) => values[i]!.shape.length === 1;
  const all = identity(values.length);
  const rows = all.filter(isRow);
  return [...(rows.length > 0 ? [rows] : []), ...all.filter((i) => !isRow(i)).map((i) => [i])];
}

function join(graph: GraphBuilder, parts: readonly Handle[]): Handle {
  if (parts.length === 1) return parts[0]!;
  const names = parts.map(({ name }) => name);
  const length = parts.reduce((sum, { shape }) => sum + shape[0]!, 0);
  return graph.handle(graph.op('Concat', names, { axis: 0 }), [length], 'float32');
}

function split(graph: GraphBuilder, whole: Handle, sizes: readonly number[]): Handle[] {
  if (sizes.length === 1) return [whole];
  const names = graph.ops('Split', [whole.name, graph.ints(sizes)], sizes.length, { axis: 0 });
  return names.map((name, i) => graph.handle(name, [sizes[i]!], 'float32'));
}
