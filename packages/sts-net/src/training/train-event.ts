import type { BackendInfo } from '@sts-net/backend';
import type { SplitName } from '../data/split.ts';

/** What a training reports while it runs, and what the lines of `log.jsonl` hold. */
export type TrainEvent =
  | {
      readonly event: 'start';
      /** Steps finished before: more than 0 when resumed. */
      readonly step: number;
      /** Steps of the whole training. */
      readonly steps: number;
      readonly stepsPerEpoch: number;
      readonly backend: BackendInfo;
      /** Ids of the cases. */
      readonly cases: Readonly<Record<SplitName, readonly string[]>>;
      /** Training samples, without and with amplified copies. */
      readonly slices: number;
      readonly samples: number;
    }
  | {
      readonly event: 'step';
      /** Steps finished, from 1. */
      readonly step: number;
      readonly loss: number;
      readonly learningRate: number;
    }
  | {
      readonly event: 'validation';
      readonly step: number;
      readonly metric: 'dice' | 'mIoU';
      readonly score: number;
      /** Whether it is better than all before. */
      readonly best: boolean;
    }
  | {
      readonly event: 'end';
      readonly step: number;
      readonly reason: 'finished' | 'interrupted';
    };
