import { nearestName } from '@sts-net/datasets/validation';
import type { ArgsDef } from 'citty';

/** The hint of a positional that may come any number of times. */
export const repeated = '…';

/**
 * Refuses options that a command does not have, positionals beyond those it has and options without
 * their value, all of which the argument parser would pass over.
 *
 * @throws RangeError naming the argument and, where one is near, the right one.
 */
export function checkArguments(rawArguments: readonly string[], known: ArgsDef): void {
  const names = Object.keys(known);
  const options = names.filter((name) => known[name]?.type !== 'positional');
  const isRepeated = names.some((name) => known[name]?.valueHint === repeated);
  let positionals = isRepeated ? Number.POSITIVE_INFINITY : names.length - options.length;
  for (let i = 0; i < rawArguments.length; i++) {
    const argument = rawArguments[i]!;
    if (!argument.startsWith('-') || argument === '-') {
      if (positionals-- > 0) continue;
      throw new RangeError(`unexpected argument '${argument}'; see --help`);
    }
    const [name = '', value] = argument.replace(/^--?/, '').split(/=(.*)/s, 2);
    if (!argument.startsWith('--') || !options.includes(name)) {
      const nearest = nearestName(name, options);
      const remedy = nearest === undefined ? 'see --help' : `did you mean '--${nearest}'?`;
      throw new RangeError(`unknown option '${argument.split('=')[0]}'; ${remedy}`);
    }
    if (known[name]?.type === 'boolean' || value !== undefined) continue;
    const next = rawArguments[++i];
    if (next === undefined || next.startsWith('--')) {
      throw new RangeError(`option '--${name}' needs a value; see --help`);
    }
  }
}
