import { spell, spellTypes } from './spell.ts';
import type { Attrs, ValueType } from './value-type.ts';

/** So many names are known at a time. */
const LIMIT = 2 ** 16;

/** Numbers for operations, the same for the same kernel, attributes and types of results. */
export class Names {
  readonly #known = new Map<string, number>();
  #count = 0;

  get(kernel: string, attrs: Attrs, outputs: readonly ValueType[]): number {
    const text = kernel + spell(attrs) + spellTypes(outputs);
    let number = this.#known.get(text);
    if (number === undefined) {
      // Whatever was forgotten gets another number, never one that stood for something else.
      if (this.#known.size >= LIMIT) this.#known.clear();
      number = this.#count++;
      this.#known.set(text, number);
    }
    return number;
  }
}
