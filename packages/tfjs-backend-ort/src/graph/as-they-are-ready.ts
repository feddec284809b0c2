import type { OnnxNode } from '../onnx/model-writer.ts';

/**
 * Operators in the order in which they can be computed: first those that take nothing but what is given, then what
 * waited for these alone, and so on.
 *
 * ONNX Runtime sorts operators by place, with a list of those that are ready, which it walks through for each of
 * them, several times over while it compiles. In the order of recording thousands are ready that come much later:
 * the moments of every weight, and all that gradients take of the way there. They made up most of the time of
 * compiling a training step. The order in which it computes follows from what is wanted, not from this one.
 */
export function asTheyAreReady(nodes: readonly OnnxNode[]): readonly OnnxNode[] {
  const takers = new Map<string, number[]>();
  for (const { outputs } of nodes) for (const name of outputs) takers.set(name, []);
  const waitsFor = nodes.map(({ inputs }, i) => {
    const made = inputs.map((name) => takers.get(name)).filter((list) => list !== undefined);
    for (const list of made) list.push(i);
    return made.length;
  });
  const order = [...nodes.keys()].filter((i) => waitsFor[i] === 0);
  // It grows while it is walked through.
  for (const i of order) {
    for (const taker of nodes[i]!.outputs.flatMap((name) => takers.get(name)!)) {
      waitsFor[taker]!--;
      if (waitsFor[taker] === 0) order.push(taker);
    }
  }
  return order.map((i) => nodes[i]!);
}
