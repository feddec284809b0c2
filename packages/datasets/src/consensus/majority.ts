import type { NdArray } from 'ndarray';
import { countVotes, valuesOf } from './votes.ts';

/**
 * The label that most readers give a voxel; background, 0, where several labels have as many votes. Of
 * two readers that is what both marked.
 *
 * @param masks labels of one case, 0 is background; a reader each, of one shape
 * @returns labels in C order, of that shape
 * @throws RangeError if there is no mask, or shapes differ
 */
export function majorityVote(masks: readonly NdArray<Uint8Array>[]): NdArray<Uint8Array> {
  const votes = countVotes(masks, 'majorityVote');
  return valuesOf(votes, Uint8Array.from(votes.patterns, mostVoted));
}

function mostVoted(labels: Uint8Array): number {
  const votes = new Map<number, number>();
  for (const label of labels) votes.set(label, (votes.get(label) ?? 0) + 1);
  const most = Math.max(...votes.values());
  const winners = [...votes].filter(([, count]) => count === most);
  return winners.length === 1 ? winners[0]![0] : 0;
}
