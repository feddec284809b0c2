import { type Case, channelNamesOf } from '@sts-net/datasets';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';

/**
 * The config with the names of the channels that its cases have, where it leaves them open.
 *
 * @throws RangeError naming two cases that differ in them; ValidationError if the rules of its
 * preprocessing do not go with the names
 */
export function withChannels(config: ExperimentConfig, cases: readonly Case[]): ExperimentConfig {
  const { preprocessing } = config;
  const channels = preprocessing.channels ?? channelsOfCases(cases, preprocessing.missing);
  if (channels === preprocessing.channels) return config;
  return validateConfig({ ...config, preprocessing: { ...preprocessing, channels } });
}

/** The names in their order; undefined where no case has any. */
function channelsOfCases(
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
