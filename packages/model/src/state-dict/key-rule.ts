/** Keys start with `pattern`; they become `replacement`, or are left out where it is `null`. */
export type KeyRule = readonly [pattern: RegExp, replacement: string | null];

/** `from.…` becomes `to.…`. */
export function renamed(from: string, to: string): KeyRule {
  return [new RegExp(`^${from.replaceAll('.', '\\.')}\\.`), `${to}.`];
}
