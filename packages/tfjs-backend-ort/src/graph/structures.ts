interface Structure {
  readonly number: number;
  readonly places: readonly string[];
  readonly varies: boolean[];
}

/**
 * The structures of graphs that were planned, the least recently used one forgotten first. Tells
 * numbers that change from run to run (where a cut begins) from those that a program always has in
 * that place (where a network divides its channels): constants until they are seen to change,
 * inputs of the graph from then on.
 */
export class Structures {
  readonly #known = new Map<string, Structure>();
  readonly #limit: number;
  #count = 0;

  constructor(limit: number) {
    this.#limit = limit;
  }

  /** A short name for the structure, and which of the operations with places have other ones now. */
  get(
    structure: string,
    places: readonly (readonly number[])[],
  ): { name: string; varies: readonly boolean[] } {
    const now = places.map(String);
    const known = this.#known.get(structure) ?? {
      ...{ number: this.#count++, places: now },
      varies: now.map(() => false),
    };
    this.#known.delete(structure);
    this.#known.set(structure, known);
    if (this.#known.size > this.#limit) this.#known.delete(this.#known.keys().next().value!);
    const { varies } = known;
    now.forEach((one, i) => {
      if (one !== known.places[i]) varies[i] = true;
    });
    const constants = now.map((one, i) => (varies[i] ? '?' : one));
    return { name: `${known.number}:${constants.join(';')}`, varies: [...varies] };
  }
}
