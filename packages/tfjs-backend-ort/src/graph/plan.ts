import { leaf } from './leaf.ts';
import type { Structures } from './structures.ts';
import { isLeaf, type Node, type Value } from './value.ts';

/** What must run so that some values get data. */
export interface Plan {
  /** In the order of recording, so inputs come first. */
  readonly nodes: readonly Node[];
  /** The values that the nodes read: data, or results of graphs before. */
  readonly leaves: readonly Value[];
  /** Those of the leaves that are places of nodes; elsewhere places are constants. */
  readonly places: ReadonlyMap<Node, Value>;
  /** The values that are wanted. */
  readonly results: readonly Value[];
  /** Equal for two plans of the same `structures` exactly if only the leaves' data differ. */
  readonly key: string;
}

/**
 * Everything that the wanted values depend on, and the key of its structure; without `structures`
 * all places are constants and there is no key.
 */
export function plan(results: readonly Value[], structures: Structures | null = null): Plan {
  const reached = new Set<Node>();
  const open: Node[] = [];
  const reach = (value: Value | null) => {
    if (value === null || isLeaf(value) || reached.has(value.node!)) return;
    reached.add(value.node!);
    open.push(value.node!);
  };
  for (const value of results) reach(value);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const input of node.inputs) reach(input);
  }
  const nodes = [...reached].sort((a, b) => a.id - b.id);

  const position = new Map<Node, number>();
  const leafNumbers = new Map<Value, number>();
  const parts: string[] = [];
  const refer = (value: Value | null): string => {
    if (value === null) return '';
    if (!isLeaf(value)) return `${position.get(value.node!)}.${value.index}`;
    let number = leafNumbers.get(value);
    if (number === undefined) {
      number = leafNumbers.size;
      leafNumbers.set(value, number);
      parts.push(`L${value.dtype}[${value.shape}]${value.layout}#${value.frozen}`);
    }
    return `L${number}`;
  };
  for (const node of nodes) {
    position.set(node, position.size);
    const inputs = node.inputs.map(refer);
    parts.push(`${node.key}(${inputs})`);
  }
  parts.push(results.map(refer).join());
  const placed = nodes.filter((node) => node.places !== null);
  const structure = structures?.get(
    parts.join('\n'),
    placed.map((node) => node.places!),
  );
  const places = new Map<Node, Value>();
  placed.forEach((node, i) => {
    const numbers = Int32Array.from(node.places!);
    if (structure?.varies[i]) places.set(node, leaf([numbers.length], 'int32', numbers));
  });
  const leaves = [...leafNumbers.keys(), ...places.values()];
  return { nodes, leaves, places, results, key: structure?.name ?? '' };
}
