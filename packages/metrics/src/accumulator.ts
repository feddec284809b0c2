import { checkOptions } from './check-options.ts';
import type { Labels } from './grid.ts';

/** One case as an accumulator keeps it: plain data. */
export interface CaseRecord {
  /** `null` where the case came without a name. */
  readonly id: string | null;
}

/** What an accumulator's `toJSON` gives: plain data, exact. */
export interface AccumulatorState<Case extends CaseRecord> {
  /** The function that makes accumulators of the kind. */
  readonly kind: string;
  /** The options that the cases were measured with. */
  readonly settings: unknown;
  readonly cases: readonly Case[];
}

/** Takes cases one by one; the shards of a job merge in any order to the same result. */
export interface Accumulator<Case extends CaseRecord, Result, Mask = Labels, About = never> {
  /**
   * Takes a case in.
   *
   * @param prediction labels
   * @param truth labels of the same shape
   * @param id name of the case, for messages and against counting it twice
   * @param about what differs between cases, e.g. their spacing
   * @throws RangeError on masks that cannot be scored, or an id taken before
   */
  add(
    prediction: Mask,
    truth: Mask,
    id?: string,
    about?: About,
  ): Accumulator<Case, Result, Mask, About>;
  /**
   * Takes in the cases of another accumulator of the kind, or of its JSON.
   *
   * @throws RangeError where an id is in both, or the JSON is not of the kind; nothing is taken then
   */
  merge(
    other: Accumulator<Case, Result, Mask, About> | AccumulatorState<Case>,
  ): Accumulator<Case, Result, Mask, About>;
  /** The scores of the cases so far. */
  result(): Result;
  /** The state, for `merge` in another process. */
  toJSON(): AccumulatorState<Case>;
}

/** What tells accumulators of one kind from those of another. */
export interface AccumulatorParts<Case extends CaseRecord, Result, Mask, About> {
  readonly kind: string;
  readonly settings?: unknown;
  readonly measure: (
    prediction: Mask,
    truth: Mask,
    where: string,
    about: About | undefined,
  ) => Omit<Case, 'id'>;
  /** Whether a case of unknown origin is sound. */
  readonly isCase: (one: Case) => boolean;
  /** The result of cases in an order that does not depend on how they came together. */
  readonly summarise: (cases: readonly Case[]) => Result;
}

/** Makes an accumulator of its parts. */
export function accumulator<Case extends CaseRecord, Result, Mask = Labels, About = never>(
  parts: AccumulatorParts<Case, Result, Mask, About>,
): Accumulator<Case, Result, Mask, About> {
  const { kind, settings = null } = parts;
  const cases: Case[] = [];
  const ids = new Set<string>();

  const take = (added: readonly Case[]): void => {
    const named = new Set<string>();
    for (const { id } of added) {
      if (id === null) continue;
      if (ids.has(id) || named.has(id)) {
        throw new RangeError(
          `\`${kind}\`: each case must be counted once, got ${JSON.stringify(id)} twice`,
        );
      }
      named.add(id);
    }
    for (const id of named) ids.add(id);
    for (const one of added) cases.push(one);
  };

  const read = (state: AccumulatorState<Case>): readonly Case[] => {
    if (state?.kind !== kind || !Array.isArray(state.cases)) {
      throw new RangeError(
        `\`${kind}\`: the state must be what its \`toJSON\` gave, got one of ${JSON.stringify(state?.kind)}`,
      );
    }
    const [own, other] = [settings, state.settings].map((one) => JSON.stringify(one));
    if (own !== other) {
      throw new RangeError(`\`${kind}\`: settings must be equal to merge, got ${own} and ${other}`);
    }
    for (const one of state.cases) {
      const named = one?.id === null || typeof one?.id === 'string';
      if (!named || !parts.isCase(one)) {
        throw new RangeError(
          `\`${kind}\`: the state must hold whole cases, got ${JSON.stringify(one)}`,
        );
      }
    }
    return state.cases;
  };

  const self: Accumulator<Case, Result, Mask, About> = {
    add(prediction, truth, id, about) {
      const where = checkOptions(kind, { ...about, id }, 'spacing id');
      const measured = parts.measure(prediction, truth, where, about);
      take([{ id: id ?? null, ...measured } as Case]);
      return self;
    },
    merge(other) {
      const live = typeof other === 'object' && other !== null && 'toJSON' in other;
      take(read(live ? other.toJSON() : other));
      return self;
    },
    result: () => parts.summarise(inFixedOrder(cases)),
    toJSON: () => ({ kind, settings, cases: [...cases] }),
  };
  return self;
}

/** By id, then by content: sums come out equal to the last bit, however shards were merged. */
function inFixedOrder<Case extends CaseRecord>(cases: readonly Case[]): Case[] {
  const keys = new Map(cases.map((one) => [one, one.id ?? JSON.stringify(one)]));
  return [...cases].sort((a, b) => {
    if ((a.id === null) !== (b.id === null)) return a.id === null ? -1 : 1;
    return compare(keys.get(a)!, keys.get(b)!);
  });
}

function compare(a: string, b: string): number {
  if (a === b) return 0;
  return a < b ? -1 : 1;
}
