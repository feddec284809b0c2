import { alikePairs } from '../images/alike.ts';
import { type Print, parsePrint } from '../images/print.ts';
import type { Skipped } from '../kinds/dataset-spec.ts';
import { channelNamesOf } from '../manifest/image-files.ts';
import type { ManifestItem } from '../manifest/manifest-item.ts';
import { type ItemFacts, leftOut, type TakenOptions } from './item-facts.ts';

/** Which items are taken, and what becomes of their groups. */
export interface SelectionOptions extends TakenOptions {
  /** Puts 2-D images that are nearly the same into one group. @default false */
  readonly groupAlike?: boolean | undefined;
}

/** What became of the images of a data set. */
export interface PreparedDataset {
  readonly items: readonly ManifestItem[];
  /** Images without a mask that were taken, or left out by `skipEmpty`, as without a target. */
  readonly withoutMask: number;
  /** Images whose mask was made of several. */
  readonly agreed: number;
  /** Left out by `skipEmpty`. */
  readonly empty: number;
  /** Left out by `maxShare`. */
  readonly large: number;
  /** How many items lack a channel that others have, by its name. */
  readonly lacking: ReadonlyMap<string, number>;
  /** Ids of items that are the same image, which were given one group. */
  readonly duplicates: readonly (readonly string[])[];
  readonly skipped: readonly Skipped[];
}

/** That of volumes, which is like no other. */
const noPrint: Print = new Int8Array();

/** Items as they come, with what was left out. */
export class ItemCollection {
  readonly #options: SelectionOptions;
  readonly #items: ManifestItem[] = [];
  readonly #skipped: Skipped[] = [];
  readonly #ids = new Set<string>();
  readonly #prints: Print[] = [];
  readonly #sameImage = new Map<string, number[]>();
  #withoutMask = 0;
  #agreed = 0;
  readonly #leftOut = { empty: 0, large: 0 };

  constructor(options: SelectionOptions) {
    this.#options = options;
  }

  skip(skipped: string, reason: string): void {
    this.#skipped.push({ skipped, reason });
  }

  has(id: string): boolean {
    return this.#ids.has(id);
  }

  /** Counts an image that was read, and takes it if the options do. */
  add(facts: ItemFacts): void {
    const { masks, item } = facts;
    if (masks === 0) this.#withoutMask++;
    if (masks > 1) this.#agreed++;
    const reason = leftOut(facts, this.#options);
    if (reason !== undefined) this.#leftOut[reason]++;
    if (item === undefined) return;
    this.#ids.add(item.id);
    const { digest, fingerprint } = item;
    this.#sameImage.set(digest, [...(this.#sameImage.get(digest) ?? []), this.#items.length]);
    this.#items.push(item);
    this.#prints.push(fingerprint === undefined ? noPrint : parsePrint(fingerprint));
  }

  result(): PreparedDataset {
    const same = [...this.#sameImage.values()].filter((indices) => indices.length > 1);
    const links = same.flatMap((indices) => indices.map((i) => [indices[0]!, i] as const));
    const alike = this.#options.groupAlike ? alikePairs(this.#prints) : [];
    return {
      items: joinGroups(this.#items, [...links, ...alike]),
      withoutMask: this.#withoutMask,
      agreed: this.#agreed,
      ...this.#leftOut,
      lacking: lackingIn(this.#items),
      duplicates: same.map((indices) => indices.map((i) => this.#items[i]!.id)),
      skipped: this.#skipped,
    };
  }
}

/** How many items lack a channel, of those that any has. */
function lackingIn(items: readonly ManifestItem[]): ReadonlyMap<string, number> {
  const having = new Map<string, number>();
  for (const { image } of items) {
    for (const name of channelNamesOf(image) ?? []) having.set(name, (having.get(name) ?? 0) + 1);
  }
  const lacking = [...having].map(([name, count]) => [name, items.length - count] as const);
  return new Map(lacking.filter(([, count]) => count > 0));
}

/** The items with one group for all groups that are linked, which is the first of them by name. */
export function joinGroups(
  items: readonly ManifestItem[],
  links: Iterable<readonly [index: number, index: number]>,
): readonly ManifestItem[] {
  const parent = new Map(items.map(({ group }) => [group, group]));
  const root = (group: string): string => {
    const above = parent.get(group)!;
    return above === group ? group : root(above);
  };
  for (const [i, j] of links) {
    const [first, second] = [root(items[i]!.group), root(items[j]!.group)].sort();
    parent.set(second!, first!);
  }
  return items.map((item) => ({ ...item, group: root(item.group) }));
}
