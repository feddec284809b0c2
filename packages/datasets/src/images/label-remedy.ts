import type { WrongKind } from '@sts-net/volume-io';

/** What to do about a file whose voxels hold no label, where nothing but another file will do. */
export function labelRemedy(kind: WrongKind, value: number): string {
  return {
    'no number': 'give its voxels without a number one first, such as 0',
    fraction:
      'if it holds probabilities or a soft mask, threshold it first; if its labels were interpolated, take it from before that',
    negative: `if ${value} marks voxels on which nothing counts, give them the number that they are to be taken for first`,
    unknown: 'renumber its labels first',
  }[kind];
}
