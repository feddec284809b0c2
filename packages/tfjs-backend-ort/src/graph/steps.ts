import { isLeaf, type Moment, type Node, type Value } from './value.ts';
import { sizeOf } from './value-type.ts';

/**
 * Divides recorded values by the steps of training that they belong to, the earliest first. What
 * later steps use of earlier ones is added to those, so that nothing is computed twice.
 */
export function byStep(values: readonly Value[]): Value[][] {
  const parts = new Map<number, Set<Value>>();
  const add = (value: Value) => {
    const { step } = value.node!.moment;
    (parts.get(step) ?? parts.set(step, new Set()).get(step)!).add(value);
  };
  for (const value of values) add(value);
  const divided: Value[][] = [];
  while (parts.size > 0) {
    const step = Math.max(...parts.keys());
    const part = [...parts.get(step)!].sort(inOrder);
    parts.delete(step);
    divided.unshift(part);
    const seen = new Set<Node>();
    const open = part.map((value) => value.node!);
    for (let node = open.pop(); node !== undefined; node = open.pop()) {
      if (seen.has(node)) continue;
      seen.add(node);
      for (const input of node.inputs) {
        if (input === null || isLeaf(input)) continue;
        if (input.node!.moment.step < step) add(input);
        else open.push(input.node!);
      }
    }
  }
  return divided;
}

/** As they were recorded, so that equal parts have their results in equal order. */
function inOrder(a: Value, b: Value): number {
  return a.node!.id - b.node!.id || a.index - b.index;
}

/**
 * When an operation counts as recorded: one number that comes of another, such as a sum of losses,
 * belongs to that.
 */
export function momentOf(
  { inputs, outputs }: Pick<Node, 'inputs' | 'outputs'>,
  now: Moment,
): Moment {
  if (outputs.some(({ shape }) => sizeOf(shape) !== 1)) return now;
  let latest: Moment | undefined;
  for (const input of inputs) {
    if (input === null || isLeaf(input)) continue;
    const { moment } = input.node!;
    if (latest === undefined || moment.step > latest.step) latest = moment;
  }
  return latest ?? now;
}
