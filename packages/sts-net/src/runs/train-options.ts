import type { OwnTrainingParts } from '@sts-net/training';
import type { LayersModel } from '@tensorflow/tfjs-layers';
import type { CaseSource } from '../cases/case-reader.ts';
import type { TrainEvent } from '../loggers/run-log.ts';
import type { DownloadProgress } from '../pretrained/download-file.ts';
import type { OwnDataParts } from './training-data.ts';

/** What a callback may do to the run. */
export interface RunControl {
  /** Ends the run when the step is finished and saved; it can be gone on with. */
  stop(): void;
}

/** Something that watches a run; what it returns is waited for, and an error ends the run. */
export type TrainCallback = (event: TrainEvent, run: RunControl) => unknown;

/** `loss`, `optimizer` and `schedule` take the places of those that the config names. */
export interface TrainOptions extends OwnTrainingParts, OwnDataParts {
  /** The folder that the config's relative paths start from. @default the working folder */
  readonly baseFolder?: string;
  /** Goes on where the run in the output folder stopped; begins if there is none. @default false */
  readonly resume?: boolean;
  /**
   * Resumes with other data than the run began with: cases that came, went or moved between splits,
   * images and masks with another content. @default false
   */
  readonly acceptData?: boolean;
  /** When aborted, the current step is finished, a checkpoint saved and the call returns. */
  readonly signal?: AbortSignal;
  /** Called with every line of the log, one after the other; each is waited for, and may stop the run. */
  readonly callbacks?: TrainCallback | readonly TrainCallback[];
  /** Called while pretrained weights are downloaded. */
  readonly onDownload?: (progress: DownloadProgress) => void;
  /** Cases in place of those of `config.data.cases`; divided as `config.data.split` says. */
  readonly source?: CaseSource;
  /**
   * Trained in place of a model made from `config.model`; takes
   * `[batch, height, width, 2·context + 1]`, gives logits. The caller disposes it.
   */
  readonly model?: LayersModel;
}

export interface TrainResult {
  /** The output folder, absolute. */
  readonly output: string;
  /** Steps finished. */
  readonly step: number;
  /** Whether the training has come to its end, or stopped early for want of better validations. */
  readonly finished: boolean;
  /** Step and score of the best validation; null without a validation split. */
  readonly bestStep: number | null;
  readonly bestScore: number | null;
}
