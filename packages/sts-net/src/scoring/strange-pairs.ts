import type { Volume } from '@sts-net/volume-io';

/** Cells along an axis, at most, in which the places of targets are compared. */
const cells = 16;

/** Cells that a target must reach, for its place to say whose it is. */
const leastCells = 8;

/** Dice of the cells from which on two masks resemble one another. */
const alike = 0.6;

/** Pairs with a target in both that are needed to say something of all. */
const leastPairs = 3;

/**
 * Notices predictions that cannot be of the images of their truths: that touch their own nowhere and
 * resemble another one's, as where the truth is of another patient, or none of which touches its own. Keeps half a
 * kilobyte of a case.
 */
export class StrangePairs {
  readonly #truths: { readonly id: string; readonly place: Place }[] = [];
  readonly #apart: { readonly id: string; readonly place: Place }[] = [];
  #both = 0;

  add(id: string, truth: Volume<Uint8Array>, predictions: readonly Volume<Uint8Array>[]): void {
    const place = placeOf(truth);
    this.#truths.push({ id, place });
    for (const prediction of predictions) {
      const own = placeOf(prediction);
      if (own.reached.size === 0 || place.reached.size === 0) continue;
      this.#both++;
      if (!touch(truth, prediction)) this.#apart.push({ id, place: own });
    }
  }

  /** What is strange, a sentence each. */
  warnings(): readonly string[] {
    const told = new Set<string>();
    const warnings: string[] = [];
    for (const { id, place } of this.#apart) {
      const other = this.#truths.find((one) => one.id !== id && resemble(one.place, place));
      if (other === undefined || told.has(id)) continue;
      told.add(id);
      warnings.push(
        `case '${id}': the prediction touches its truth nowhere, but resembles the truth of case '${other.id}'; is one of them of another patient?`,
      );
    }
    if (warnings.length === 0 && this.#both >= leastPairs && this.#apart.length === this.#both) {
      return [
        `in none of ${this.#both} cases the prediction touches the truth, though both hold something; are they of the same images, turned the same way?`,
      ];
    }
    const rest = warnings.length - mostSaid;
    return rest > 0 ? [...warnings.slice(0, mostSaid), `so it is of ${rest} more cases`] : warnings;
  }
}

/** Warnings of single cases. */
const mostSaid = 3;

/** The cells of an image that a mask reaches. */
interface Place {
  readonly shape: string;
  readonly reached: ReadonlySet<number>;
}

function placeOf({ voxels: { data, shape } }: Volume<Uint8Array>): Place {
  const [slices, rows, columns] = shape as [number, number, number];
  const cell = (at: number, length: number): number =>
    length <= cells ? at : Math.floor((at * cells) / length);
  const reached = new Set<number>();
  for (let i = data.findIndex((label) => label !== 0); i >= 0 && i < data.length; i++) {
    if (data[i] === 0) continue;
    const plane = Math.floor(i / columns);
    const z = cell(Math.floor(plane / rows), slices);
    reached.add((z * cells + cell(plane % rows, rows)) * cells + cell(i % columns, columns));
  }
  return { shape: shape.join(), reached };
}

function resemble(a: Place, b: Place): boolean {
  if (a.shape !== b.shape || Math.min(a.reached.size, b.reached.size) < leastCells) return false;
  let both = 0;
  for (const cell of a.reached) if (b.reached.has(cell)) both++;
  return (2 * both) / (a.reached.size + b.reached.size) >= alike;
}

function touch(a: Volume<Uint8Array>, b: Volume<Uint8Array>): boolean {
  const other = b.voxels.data;
  return a.voxels.data.some((label, i) => label !== 0 && other[i] !== 0);
}
