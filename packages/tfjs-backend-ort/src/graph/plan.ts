import type { Node, Value } from './value.ts';

/** What must run so that some values get data. */
export interface Plan {
  /** In the order of recording, so inputs come first. */
  readonly nodes: readonly Node[];
  /** The values with data that the nodes read. */
  readonly leaves: readonly Value[];
  /** The values that are wanted. */
  readonly results: readonly Value[];
  /** Equal for two plans exactly if they differ in the leaves' data alone. */
  readonly key: string;
}

/** Everything that the wanted values depend on, and the key of its structure. */
export function plan(results: readonly Value[]): Plan {
  const reached = new Set<Node>();
  const open: Node[] = [];
  const reach = (node: Node | null) => {
    if (node === null || reached.has(node)) return;
    reached.add(node);
    open.push(node);
  };
  for (const value of results) reach(value.node);
  for (let node = open.pop(); node !== undefined; node = open.pop()) {
    for (const input of node.inputs) reach(input?.node ?? null);
  }
  const nodes = [...reached].sort((a, b) => a.id - b.id);

  const position = new Map<Node, number>();
  const leafNumbers = new Map<Value, number>();
  const parts: string[] = [];
  const refer = (value: Value | null): string => {
    if (value === null) return '';
    if (value.node !== null) return `${position.get(value.node)}.${value.index}`;
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
  return { nodes, leaves: [...leafNumbers.keys()], results, key: parts.join('\n') };
}
