import { type Accumulator, type AccumulatorState, accumulator } from './accumulator.ts';
import { countLabels, isCounts } from './confusion.ts';
import { type PaperProtocolResult, type ProtocolCase, protocolResult } from './protocol-scores.ts';

/** What `PaperProtocol.toJSON` gives. */
export type PaperProtocolState = AccumulatorState<ProtocolCase>;

/** Takes images one by one: labels 0 (background) and 1 (foreground), any shape. */
export type PaperProtocol = Accumulator<ProtocolCase, PaperProtocolResult>;

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
  const protocol = accumulator<ProtocolCase, PaperProtocolResult>({
    kind: 'paperProtocol',
    measure: (prediction, truth, where) =>
      countLabels(prediction, truth, 2, undefined, where).classes[1]!,
    isCase: isCounts,
    summarise: protocolResult,
  });
  return state === undefined ? protocol : protocol.merge(state);
}
