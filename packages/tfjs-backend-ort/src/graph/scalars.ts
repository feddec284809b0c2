import { leaf } from './leaf.ts';
import type { Value } from './value.ts';

/**
 * Numbers that may change from step to step without changing the graph: the same role and number
 * give the same graph input as long as it is in use.
 */
export class Scalars {
  readonly #values = new Map<string, Value>();

  get(role: string, number: number): Value {
    const key = `${role}:${number}`;
    const value = this.#values.get(key) ?? leaf([], 'float32', Float32Array.of(number));
    // The last used comes last. Forgetting one that a step still uses would change its graph.
    this.#values.delete(key);
    this.#values.set(key, value);
    if (this.#values.size > 64) this.#values.delete(this.#values.keys().next().value!);
    return value;
  }
}
