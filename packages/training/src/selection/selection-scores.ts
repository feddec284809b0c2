import { foregroundOf } from '@sts-net/inference';
import { type PaperProtocolResult, paperProtocol } from '@sts-net/metrics';
import type { NdArray } from 'ndarray';

/** A score that is collected slice by slice; larger is better. */
export interface SelectionScore {
  /** @param prediction `[row, column]`, labels; `truth` likewise */
  add(prediction: NdArray<Uint8Array>, truth: NdArray<Uint8Array>, id: string): void;
  result(): number;
}

/** What the name of a score that chooses the best weights stands for. */
export interface SelectionSpec {
  create(): SelectionScore;
}

export type SelectionName = 'dice' | 'mIoU';

/** The scores that choose the best weights, by name. */
export const selectionScores: Readonly<Record<SelectionName, SelectionSpec>> = {
  /** Dice of the foreground over all pixels together. */
  dice: ofProtocol(({ pooled }) => pooled.dice),
  /** The paper's mean over slices of the mean IoU of background and foreground. */
  mIoU: ofProtocol(({ paper }) => paper.validationMIoU),
};

function ofProtocol(score: (result: PaperProtocolResult) => number): SelectionSpec {
  return {
    create() {
      const protocol = paperProtocol();
      return {
        add: (prediction, truth, id) =>
          protocol.add(foregroundOf(prediction), foregroundOf(truth), id),
        result: () => score(protocol.result()),
      };
    },
  };
}
