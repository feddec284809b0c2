import { countLabels } from './confusion.ts';
import type { Labels } from './grid.ts';
import { subject } from './pair.ts';
import { type PaperProtocolResult, type ProtocolCase, protocolResult } from './protocol-scores.ts';

/** What `PaperProtocol.toJSON` gives: plain data, exact. */
export interface PaperProtocolState {
  readonly kind: 'paper-protocol';
  readonly cases: readonly ProtocolCase[];
}

/** Takes images one by one; shards of a job merge in any order to the same result. */
export interface PaperProtocol {
  /**
   * Takes an image in.
   *
   * @param prediction labels 0 (background) and 1 (foreground), any shape
   * @param truth labels of the same shape
   * @param id name of the image, for messages and against counting it twice
   * @throws RangeError on shapes that differ, labels other than 0 and 1, or an id taken before
   */
  add(prediction: Labels, truth: Labels, id?: string): PaperProtocol;
  /**
   * Takes in the images of another protocol or of its JSON.
   *
   * @throws RangeError where an id is in both, or the JSON is not a protocol's
   */
  merge(other: PaperProtocol | PaperProtocolState): PaperProtocol;
  /** The scores of the images so far. */
  result(): PaperProtocolResult;
  /** The state, for `merge` in another process. */
  toJSON(): PaperProtocolState;
}

/**
 * The evaluation of the STS-Net paper (Zhao et al., Sci Rep 2025), and beside it what it hides: the
 * same scores of the foreground alone, pooled over images, and the floor that an all-background
 * prediction reaches.
 *
 * An image that is empty in prediction and truth is skipped. On each other image, with p and t the
 * predicted and true pixels of class j in {background, foreground}, IoU_j = |p∩t| / (|p∪t| + 1e-6)
 * and Dice_j = 2·|p∩t| / (|p| + |t| + 1e-6), averaged over both classes to mIoU and mDice; Jaccard,
 * recall and precision of the foreground have 1e-5 in the denominator and so are 0 where undefined.
 * All are averaged over the counted images.
 *
 * @param state what `toJSON` gave, to go on from
 */
export function paperProtocol(state?: PaperProtocolState): PaperProtocol {
  const cases: ProtocolCase[] = [];
  const ids = new Set<string>();

  const take = (added: readonly ProtocolCase[]): void => {
    const named = new Set<string>();
    for (const { id } of added) {
      if (id === null) continue;
      if (ids.has(id) || named.has(id)) {
        throw new RangeError(
          `\`paperProtocol\`: each image must be counted once, got ${JSON.stringify(id)} twice`,
        );
      }
      named.add(id);
    }
    for (const id of named) ids.add(id);
    for (const one of added) cases.push(one);
  };

  const protocol: PaperProtocol = {
    add(prediction, truth, id) {
      const where = subject('paperProtocol', id);
      const { classes } = countLabels(prediction, truth, 2, undefined, where);
      take([{ id: id ?? null, ...classes[1]! }]);
      return protocol;
    },
    merge(other) {
      take(readCases(isProtocol(other) ? other.toJSON() : other));
      return protocol;
    },
    result: () => protocolResult([...cases].sort(inFixedOrder)),
    toJSON: () => ({ kind: 'paper-protocol', cases: [...cases] }),
  };
  return state === undefined ? protocol : protocol.merge(state);
}

function isProtocol(value: PaperProtocol | PaperProtocolState): value is PaperProtocol {
  return value !== null && typeof value === 'object' && 'toJSON' in value;
}

/** By id, then by counts: sums come out equal to the last bit, however shards were merged. */
function inFixedOrder(a: ProtocolCase, b: ProtocolCase): number {
  if (a.id !== b.id) return (a.id ?? '') < (b.id ?? '') ? -1 : 1;
  return a.tp - b.tp || a.fp - b.fp || a.fn - b.fn || a.tn - b.tn;
}

function readCases(state: PaperProtocolState): ProtocolCase[] {
  if (state?.kind !== 'paper-protocol' || !Array.isArray(state.cases)) {
    throw new RangeError(
      "`paperProtocol`: the state must be what `toJSON` gave, { kind: 'paper-protocol', cases }",
    );
  }
  return state.cases.map(({ id, tp, fp, fn, tn }: ProtocolCase, index) => {
    const named = id === null || typeof id === 'string';
    if (!named || ![tp, fp, fn, tn].every((n) => Number.isSafeInteger(n) && n >= 0)) {
      throw new RangeError(
        `\`paperProtocol\`: each case of the state must have an id and whole counts tp, fp, fn, tn, got ${JSON.stringify(state.cases[index])}`,
      );
    }
    return { id, tp, fp, fn, tn };
  });
}
