import { seededRandom } from '@sts-net/amplify';

/**
 * The groups in an order that the seed decides. Two groups keep their order whatever others there
 * are, so a share taken from the front changes by few when groups come or go.
 */
export function rankGroups(groups: Iterable<string>, seed: number): string[] {
  const rank = new Map<string, number>();
  for (const group of groups) rank.set(group, seededRandom(seed, 'split', group)());
  const byName = [...rank.keys()].sort();
  return byName.sort((a, b) => rank.get(a)! - rank.get(b)!);
}
