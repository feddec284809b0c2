import { addTo, type Counts } from './confusion.ts';
import { usualScores } from './overlap.ts';
import { type OverlapScore, rest } from './score.ts';

/** The five numbers of the paper, each 0 … 1, and its validation score. */
export interface PaperScores {
  /** Mean over images of the mean Dice of background and foreground. */
  readonly mDice: number;
  /** Mean over images of the mean IoU of background and foreground. */
  readonly mIoU: number;
  /** Mean over images of the foreground's IoU. */
  readonly jaccard: number;
  /** Mean over images of the foreground's recall. */
  readonly recall: number;
  /** Mean over images of the foreground's precision. */
  readonly precision: number;
  /**
   * mIoU as the paper takes it during training: over all images, the both-empty ones too, of the
   * classes that prediction or truth has.
   */
  readonly validationMIoU: number;
}

/** Scores of the foreground alone, each 0 … 1. */
export interface ForegroundScores {
  readonly dice: number;
  readonly iou: number;
  readonly precision: number;
  readonly recall: number;
}

/** One set of predictions, scored in three ways. */
export interface ProtocolScores {
  /** As the paper reports. An all-background prediction scores about 0.5 mDice here. */
  readonly paper: PaperScores;
  /** Means over images that are not both-empty; a miss or a false alarm is 0. */
  readonly foreground: ForegroundScores;
  /** Of the counts of all images added up, as of one volume. */
  readonly pooled: ForegroundScores;
  /** Images that `paper` and `foreground` are means of; they are `NaN` where it is 0. */
  readonly counted: number;
}

export interface PaperProtocolResult extends ProtocolScores {
  /** What an all-background prediction scores on the same images. */
  readonly floor: ProtocolScores;
  /** The images, and those that the rules for empty masks touched. */
  readonly images: {
    readonly total: number;
    /** Empty in prediction and truth: left out of `paper` and `foreground`. */
    readonly skipped: number;
    /** Empty in the truth only (false alarms): 0 in the foreground. */
    readonly emptyTruth: number;
    /** Empty in the prediction only (misses): 0 in the foreground. */
    readonly emptyPrediction: number;
  };
  /** The foreground's counts of each image, ordered by id, for per-image scores and statistics. */
  readonly cases: readonly ProtocolCase[];
}

/** The foreground's counts of one image. */
export interface ProtocolCase extends Counts {
  readonly id: string | null;
}

/** Adds the counts of images up to the scores of the protocol; `cases` in a fixed order. */
export function protocolResult(cases: readonly ProtocolCase[]): PaperProtocolResult {
  const images = { total: cases.length, skipped: 0, emptyTruth: 0, emptyPrediction: 0 };
  for (const one of cases) {
    const noTruth = one.tp + one.fn === 0;
    const noPrediction = one.tp + one.fp === 0;
    if (noTruth && noPrediction) images.skipped++;
    else if (noTruth) images.emptyTruth++;
    else if (noPrediction) images.emptyPrediction++;
  }
  return {
    ...protocolScores(cases),
    floor: protocolScores(
      cases.map(({ tp, fp, fn, tn }) => ({ tp: 0, fp: 0, fn: tp + fn, tn: tn + fp })),
    ),
    images,
    cases,
  };
}

function protocolScores(cases: readonly Counts[]): ProtocolScores {
  const counted = cases.filter(({ tp, fp, fn }) => tp + fp + fn > 0);
  const mean = (score: (counts: Counts) => number, of: readonly Counts[] = counted): number =>
    of.reduce((sum, one) => sum + score(one), 0) / of.length;
  const pooled = { tp: 0, fp: 0, fn: 0, tn: 0 };
  for (const one of cases) addTo(pooled, one);
  return {
    paper: {
      mDice: mean((c) => (classDice(c) + classDice(rest(c))) / 2),
      mIoU: mean((c) => (classIoU(c) + classIoU(rest(c))) / 2),
      jaccard: mean(({ tp, fp, fn }) => tp / (tp + fn + fp + 1e-5)),
      recall: mean(({ tp, fn }) => tp / (tp + fn + 1e-5)),
      precision: mean(({ tp, fp }) => tp / (tp + fp + 1e-5)),
      validationMIoU: mean(presentClassesIoU, cases),
    },
    foreground: ofForeground((score) => mean((c) => score(c))),
    pooled: ofForeground((score) => score(pooled, { empty: { both: 'skip', one: 'worst' } })),
    counted: counted.length,
  };
}

function ofForeground(of: (score: OverlapScore) => number): ForegroundScores {
  const entries = Object.entries(usualScores).map(([name, score]) => [name, of(score)]);
  return Object.fromEntries(entries);
}

function classDice({ tp, fp, fn }: Counts): number {
  return (2 * tp) / (2 * tp + fp + fn + 1e-6);
}

function classIoU({ tp, fp, fn }: Counts): number {
  return tp / (tp + fp + fn + 1e-6);
}

function presentClassesIoU(counts: Counts): number {
  const present = [counts, rest(counts)].filter(({ tp, fp, fn }) => tp + fp + fn > 0);
  return present.reduce((sum, one) => sum + classIoU(one), 0) / present.length;
}
