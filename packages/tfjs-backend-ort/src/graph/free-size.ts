/** A size that is known only when the exported graph runs. */
export interface FreeSize {
  /** The same name stands for the same size. */
  readonly name: string;
  /**
   * What the traced function needs the size to be a multiple of. Inputs of other sizes are padded
   * with zeros at the end of that axis, and results that are as long as the padded input are cut
   * back. @default 1
   */
  readonly multipleOf?: number;
}

/** A free size with the number that stands for it in a trace. */
export interface StandIn extends Required<FreeSize> {
  /**
   * A prime, the size divided by `multipleOf`: a size of the graph depends on the free size exactly
   * if the prime divides it.
   */
  readonly prime: number;
}

/**
 * For each of two traces: so large that other sizes are multiples of none; products of four sizes
 * still are exact. What is the same for different numbers depends on none.
 */
const primes: readonly [readonly number[], readonly number[]] = [
  [7919, 499, 503, 509],
  [7907, 997, 1009, 1013],
];

/**
 * Numbers for the free sizes of some shapes, others in each trace.
 * @throws RangeError for more free sizes than there are numbers, or two that differ under one name
 */
export function standIns(
  shapes: readonly (readonly (number | FreeSize)[])[],
  trace: 0 | 1,
): ReadonlyMap<string, StandIn> {
  const found = new Map<string, StandIn>();
  for (const size of shapes.flat()) {
    if (typeof size === 'number') continue;
    const { name, multipleOf = 1 } = size;
    const old = found.get(name);
    if (
      !Number.isInteger(multipleOf) ||
      multipleOf < 1 ||
      (old?.multipleOf ?? multipleOf) !== multipleOf
    ) {
      throw new RangeError(
        `\`exportOnnx\`: multipleOf of the free size '${name}' must be one whole number from 1 on, got ${old === undefined ? '' : `${old.multipleOf} and `}${multipleOf}.`,
      );
    }
    const prime = primes[trace][found.size];
    if (old !== undefined) continue;
    if (prime === undefined) {
      throw new RangeError(
        `\`exportOnnx\`: at most ${found.size} sizes may be free, got '${name}' as well; fix one.`,
      );
    }
    found.set(name, { name, multipleOf, prime });
  }
  return found;
}

/** How often `prime` divides `value`. */
export function powerOf(prime: number, value: number): number {
  let power = 0;
  for (let rest = value; rest !== 0 && rest % prime === 0; rest /= prime) power++;
  return power;
}

/** A size of a result for the file: a number, or what it is in terms of the free sizes. */
export function spellSize(value: number, free: Iterable<StandIn>): number | string {
  const factors: string[] = [];
  let rest = value;
  for (const { name, prime, multipleOf } of free) {
    for (let power = powerOf(prime, value); power > 0; power--) {
      factors.push(name);
      rest /= prime * multipleOf;
    }
  }
  if (factors.length === 0) return value;
  return rest === 1 ? factors.join('*') : [...factors, rest].join('*');
}
