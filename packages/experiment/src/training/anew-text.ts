/** Layers that are named where some start anew. */
const mostNamed = 8;

/** What is to be said of layers that start anew, undefined where there are none. */
export function anewText({
  path,
  taken,
  anew,
}: {
  /** The weights that the others come from. */
  readonly path: string;
  /** How many layers took their weights from it. */
  readonly taken: number;
  /** Those that did not. */
  readonly anew: readonly string[];
}): string | undefined {
  if (anew.length === 0) return undefined;
  const named = anew.slice(0, mostNamed).join(', ');
  const more = anew.length - mostNamed;
  const list = more > 0 ? `${named} and ${more} more` : named;
  return `${anew.length} of ${taken + anew.length} layers start anew, since '${path}' has no weights for them or has them in another shape: ${list}`;
}
