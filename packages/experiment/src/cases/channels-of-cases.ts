import { type Case, channelNamesOf } from '@sts-net/datasets/any-runtime';

/**
 * The names of the channels of some cases in their order; undefined where no case has any.
 *
 * @throws RangeError naming two cases that differ in them
 */
export function channelsOfCases(
  cases: readonly Case[],
  missing: 'error' | 'zero',
): readonly string[] | undefined {
  const named = cases.map(({ id, image }) => ({ id, names: channelNamesOf(image) }));
  const [first] = named;
  const known = new Set(named.flatMap(({ names = [] }) => names));
  if (first === undefined || known.size === 0) return undefined;
  const remedy = 'say which channels the network takes in `preprocessing.channels`';
  const single = named.find(({ names }) => names === undefined);
  if (single !== undefined) {
    throw new RangeError(
      `case '${single.id}': must have named channels as others have (${[...known].join(', ')}), got one image; give it a name, or take the case out`,
    );
  }
  if (missing === 'zero') return [...known];
  for (const { id, names } of named) {
    const lacking = first.names!.find((name) => !names!.includes(name));
    const more = names!.find((name) => !first.names!.includes(name));
    if (lacking === undefined && more === undefined) continue;
    const [has, lacks] = lacking === undefined ? [id, first.id] : [first.id, id];
    throw new RangeError(
      `case '${lacks}': must have the channel '${lacking ?? more}' as case '${has}' has; add its image, ${remedy}, or let 0 stand for what is missing (\`preprocessing.missing\`)`,
    );
  }
  return first.names;
}
