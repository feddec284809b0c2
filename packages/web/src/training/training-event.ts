import type { BackendInfo } from '@sts-net/backend';
import type { RunNormalization, StepEvent, WarningEvent } from '@sts-net/experiment';

/** What a training in a page tells while it runs; those that Node's `train` tells too are the same. */
export type TrainingEvent =
  | {
      /** A case was read. */
      readonly event: 'read';
      readonly done: number;
      readonly total: number;
    }
  | {
      readonly event: 'start';
      /** Steps finished before: more than 0 when resumed. */
      readonly step: number;
      /** Steps of the whole training. */
      readonly steps: number;
      readonly stepsPerEpoch: number;
      /** What computes, and why. */
      readonly engine: BackendInfo;
      /** The rule by which intensities become network input, and why it is this one. */
      readonly normalization: RunNormalization;
      /** Training samples, without and with amplified copies. */
      readonly slices: number;
      readonly samples: number;
    }
  | StepEvent
  | WarningEvent
  | {
      readonly event: 'end';
      readonly step: number;
      readonly reason: 'finished' | 'stopped early' | 'interrupted';
    };
