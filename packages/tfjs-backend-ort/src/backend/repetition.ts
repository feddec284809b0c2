import type { Node } from '../graph/value.ts';

/** So many operations in a row are alike where something begins anew. */
const ALIKE = 16;

type Scopes = readonly { readonly name: string }[];

/**
 * Finds where a sequence of operations repeats itself: where one of its outermost scopes follows
 * another and the same operations follow as at its beginning.
 */
export class Repetition {
  #nodes: Node[] = [];
  /** For each operation the outermost level of scopes that is another than at the one before. */
  #levels: number[] = [];
  #outermost = Number.POSITIVE_INFINITY;
  #scopes: Scopes | null = null;

  get length(): number {
    return this.#nodes.length;
  }

  add(node: Node, scopes: Scopes): void {
    const level = this.#changed(scopes);
    this.#scopes = [...scopes];
    this.#nodes.push(node);
    this.#levels.push(level);
    this.#outermost = Math.min(this.#outermost, level);
  }

  /** Whether one of the outermost scopes begins with the last operation. */
  isOutermost(): boolean {
    return this.#levels.at(-1)! <= this.#outermost;
  }

  /** What was added since it began anew, if it did so a few operations ago. */
  again(): readonly Node[] | null {
    const from = this.#nodes.length - ALIKE;
    if (from < ALIKE || this.#levels[from]! > this.#outermost) return null;
    const tail = this.#nodes.slice(from);
    return tail.every(({ key }, i) => key === this.#nodes[i]!.key) ? tail : null;
  }

  /** Begins with the last `count` operations. */
  restart(count = 0): void {
    const from = this.#nodes.length - count;
    this.#nodes = this.#nodes.slice(from);
    this.#levels = this.#levels.slice(from);
    if (count === 0) this.#scopes = null;
    // What it begins with follows nothing.
    else this.#levels[0] = Number.POSITIVE_INFINITY;
    this.#outermost = Math.min(...this.#levels, Number.POSITIVE_INFINITY);
  }

  #changed(scopes: Scopes): number {
    const before = this.#scopes;
    if (before === null) return Number.POSITIVE_INFINITY;
    const level = scopes.findIndex((scope, i) => scope !== before[i]);
    return level === -1 ? scopes.length : level;
  }
}
