import type { SplitName } from '@sts-net/datasets';
import type { LesionWiseResult } from '@sts-net/metrics';
import type { SelectionName } from '@sts-net/training';
import type { Volume } from '@sts-net/volume-io';
import type { NdArray } from 'ndarray';
import type { Evaluation } from '../evaluation/evaluate-volumes.ts';

/** Everything that `renderReport` shows. */
export interface Report {
  readonly title: string;
  /** When the last of it happened, ISO 8601. */
  readonly date: string;
  /** What computed. */
  readonly engine: {
    readonly name: string;
    readonly device: string;
    readonly threads: number;
  };
  readonly data: ReportData;
  /** Trained networks: the one the pictures are of first, then those it is compared with. */
  readonly runs: readonly [ReportRun, ...ReportRun[]];
  /** What predicts without a network, on the same images. */
  readonly baselines: readonly ReportColumn[];
  /** The foreground classes of the first run by themselves, where there are several. @default none */
  readonly classes?: readonly ReportColumn[];
  /** The images that the scores are of. */
  readonly scored: {
    readonly split: SplitName;
    readonly ids: readonly string[];
  };
  /** Those of them that are shown, with their masks. */
  readonly cases: readonly ReportCase[];
  /** The validated config of the first run, shown as JSON. */
  readonly config: unknown;
}

/** Which images were used for what. */
export interface ReportData {
  /** One sentence: what the images show and where they are from. */
  readonly description: string;
  /** Where the data must be credited: citation and licence. */
  readonly attribution?: string;
  readonly splits: readonly ReportSplit[];
}

/** One row of the table of splits. */
export interface ReportSplit {
  /** What the split is for, such as `Training`. */
  readonly name: string;
  /** Patients. */
  readonly groups: readonly string[];
  /** Cases; where this or a count below is absent, it is not shown. */
  readonly cases?: number;
  /** Slices, without amplified copies. */
  readonly slices?: number;
  readonly slicesWithLesion?: number;
  readonly lesionPixels?: number;
}

/** Name and scores of something that predicted the test images. */
export interface ReportColumn {
  readonly name: string;
  /** One sentence: how it predicts. */
  readonly explanation: string;
  readonly scores: ReportScores;
}

/** Scores of the test images, as `evaluateVolumes` gives them. */
export type ReportScores = Pick<Evaluation, 'slices' | 'lesions'>;

/** A trained network, or one that is being trained. */
export interface ReportRun extends Omit<ReportColumn, 'scores'> {
  /** Absent where no weights are saved yet. */
  readonly scores?: ReportScores;
  /** Steps of the whole training. */
  readonly steps: number;
  /** Trainable numbers. */
  readonly parameters: number;
  /** Of one forward pass over one training input. */
  readonly multiplyAdds: number;
  /** Copies that amplification added to the training slices. */
  readonly amplifiedSamples: number;
  /** Wall-clock time of the training, validations included. */
  readonly trainingSeconds: number;
  /** One entry a step. */
  readonly losses: readonly { readonly step: number; readonly loss: number }[];
  /** Scores on the validation split, 0 … 1. */
  readonly validations: readonly { readonly step: number; readonly score: number }[];
  /** What these scores are. */
  readonly validationMetric: SelectionName | 'own';
  /** The step whose weights are scored: the best validation. */
  readonly bestStep: number;
}

/** A scored image with its truth and the first run's prediction. */
export interface ReportCase {
  readonly id: string;
  /** Whether it is one picture, and no slices of a body. @default false */
  readonly flat?: boolean;
  readonly volume: Volume;
  /** 0 and 1, `[slice, row, column]`. */
  readonly truth: NdArray<Uint8Array>;
  /** 0 and 1, `[slice, row, column]`. */
  readonly prediction: NdArray<Uint8Array>;
  /** `lesionWise(prediction, truth)`. */
  readonly lesions: LesionWiseResult;
}
