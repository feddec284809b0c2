import { isFlatImage, readLabels } from '@sts-net/datasets';
import {
  type LabelRule,
  labelCounts,
  labelsOf,
  type Volume,
  type WrongKind,
} from '@sts-net/volume-io';
import { type IgnoredVoxels, labelsIn, leaveOutIgnored } from './label-masks.ts';

/** What the files of masks hold. */
export interface MaskOptions {
  /**
   * The numbers that are the target, together; `'all'` are those above 0.
   * @default each number by itself
   */
  readonly label?: 'all' | readonly number[] | undefined;
  /** The number that marks voxels of the truth on which nothing counts. @default none */
  readonly ignore?: number | undefined;
  /** From where on predictions are the target, if they hold probabilities. @default they hold labels */
  readonly threshold?: number | undefined;
  /** The same of the truth. */
  readonly truthThreshold?: number | undefined;
}

/** The files of a case. */
export interface CaseMaskFiles {
  readonly truth: string;
  readonly predictions: readonly string[];
}

/** The masks of a case on the grid of its truth, in C order. */
export interface CaseMasks {
  readonly truth: Volume<Uint8Array>;
  readonly predictions: readonly Volume<Uint8Array>[];
  /** The labels to score, each by itself; without any, all above 0 as one. */
  readonly labels: readonly number[];
  /** Undefined where no label is to be ignored. */
  readonly ignored: IgnoredVoxels | undefined;
  /** Whether the masks are pictures, whose pixels have no size, so that distances are in pixels. */
  readonly inPixels: boolean;
}

export interface ReadMasksOptions extends MaskOptions {
  /** What errors say before the path. @default nothing */
  readonly prefix?: string;
  /** Called with a sentence about what is odd about a mask but no error. */
  readonly onWarning?: (text: string) => void;
}

/**
 * Reads the masks of a case by the one rule for labels, and brings predictions to the grid of the truth.
 *
 * @throws Error naming the file and the option that would do, if it holds no labels or lies elsewhere
 */
export async function readMasks(
  { truth: truthPath, predictions: paths }: CaseMaskFiles,
  { prefix = '', onWarning, ...options }: ReadMasksOptions = {},
): Promise<CaseMasks> {
  const { label, ignore, threshold, truthThreshold } = options;
  const isSoft = threshold !== undefined || truthThreshold !== undefined;
  const read = async (
    path: string,
    own: number | undefined,
    option: keyof MaskOptions,
    like?: Volume,
  ) => {
    const words = { subject: `${prefix}'${path}'`, remedy: cure(option) };
    const target = label ?? (isSoft ? 'all' : undefined);
    const rule = own === undefined ? labelRule(target, ignore, words) : { threshold: own };
    const labels = await readLabels(path, rule, {
      ...words,
      ...(label === undefined && onWarning && { onWarning }),
      ...(like && { like, reference: 'the truth', placeless: isFlatImage(truthPath) }),
    });
    // In C order, whatever that of the file.
    return labelsOf(labels);
  };
  const truth = await read(truthPath, truthThreshold, 'truthThreshold');
  const predictions: Volume<Uint8Array>[] = [];
  for (const path of paths) predictions.push(await read(path, threshold, 'threshold', truth));
  const ignored = ignore === undefined ? undefined : leaveOutIgnored(truth, predictions);
  return {
    truth,
    predictions,
    labels: label === undefined && !isSoft ? labelsIn([truth, ...predictions]) : [],
    ignored,
    inPixels: isFlatImage(truthPath),
  };
}

type RuleWords = Parameters<typeof labelCounts>[1];

function labelRule(
  label: MaskOptions['label'],
  ignore: number | undefined,
  words: RuleWords,
): LabelRule | ((mask: Volume) => LabelRule) {
  const left = ignore === undefined ? {} : { ignore };
  if (label === 'all') return { labels: 'nonzero', ...left };
  if (label !== undefined) return { labels: label, ...left };
  return (mask) => {
    const numbers = [...labelCounts(mask, words).keys()].filter((n) => n !== 0 && n !== ignore);
    const [only, ...others] = numbers;
    // White in 8 or 16 bit, alone, is how pictures say 1.
    if (others.length === 0 && (only === 255 || only === 65535)) {
      return { labels: 'nonzero', ...left };
    }
    return ignore === undefined ? 'whole' : { classes: 255, ignore };
  };
}

/** The option that would do about a mask that holds no labels. */
function cure(threshold: keyof MaskOptions): (kind: WrongKind, value: number) => string {
  return (kind, value) =>
    ({
      'no number': `give voxels without a number one first, or \`${threshold}\`, by which they are background`,
      fraction: `give \`${threshold}\`, from where on probabilities or a soft mask are the target`,
      negative: `give \`ignore\` ${value} if it marks voxels on which nothing counts`,
      unknown: 'give `label` with the numbers that are to be scored',
    })[kind];
}
