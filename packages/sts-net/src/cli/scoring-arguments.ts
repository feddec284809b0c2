import type { EmptyRule } from '@sts-net/metrics';
import { defaultDetection, defaultTolerance } from '../scoring/scoring-options.ts';
import { integer, number, oneOf } from './arguments.ts';
import { UsageError } from './usage-error.ts';

const rules = ['best', 'skip', 'zero', 'one', 'worst'] as const satisfies readonly EmptyRule[];

/** An option as commander takes it: flags, description, what reads it. */
type OptionOf<Flags extends string, Value> = readonly [Flags, string, (text: string) => Value];

const millimetres = (option: string) =>
  number(option, 'a length in mm of at least 0', (mm) => mm >= 0);
const value = (option: string) => number(option, 'a number', () => true);

export const labelOption: OptionOf<'--label <numbers>', 'all' | readonly number[]> = [
  '--label <numbers>',
  'labels to score as one target: 2, or 1,2, or all above 0; else each by itself',
  labels,
];

export const ignoreOption: OptionOf<'--ignore <number>', number> = [
  '--ignore <number>',
  'label of the truth that marks voxels on which nothing counts, as 255 or -1',
  integer('ignore'),
];

export const thresholdOption: OptionOf<'--threshold <number>', number> = [
  '--threshold <number>',
  'from where on predictions are the target, if they hold probabilities',
  value('threshold'),
];

export const truthThresholdOption: OptionOf<'--truth-threshold <number>', number> = [
  '--truth-threshold <number>',
  'the same of the truth',
  value('truth-threshold'),
];

export const segmentOption: OptionOf<'--segment <name>', string> = [
  '--segment <name>',
  'number or label of what is scored in DICOM segmentations and structure sets, or each, as labels by their numbers; else the only one',
  String,
];

export const truthSegmentOption: OptionOf<'--truth-segment <name>', string> = [
  '--truth-segment <name>',
  'the same of the truth, if it is called otherwise there',
  String,
];

export const toleranceOption: OptionOf<'--tolerance <mm>', number> = [
  '--tolerance <mm>',
  `of the surface Dice, mm; else ${defaultTolerance}`,
  millimetres('tolerance'),
];

export const emptyOption: OptionOf<'--empty <rule>', (typeof rules)[number]> = [
  '--empty <rule>',
  `score where truth and prediction are empty: ${rules.join(', ')}; else best`,
  oneOf('empty', rules),
];

export const penaltyOption: OptionOf<'--penalty <mm>', number> = [
  '--penalty <mm>',
  'distance of a miss or a false alarm, as 374 in BraTS; else the image’s diagonal',
  millimetres('penalty'),
];

export const candidateThresholdOption: OptionOf<'--candidate-threshold <p>', number> = [
  '--candidate-threshold <p>',
  `probability from which on connected voxels may find a lesion; else ${defaultDetection.threshold}`,
  number('candidate-threshold', 'above 0, up to 1', (p) => p > 0 && p <= 1),
];

export const candidateOverlapOption: OptionOf<'--candidate-overlap <iou>', number> = [
  '--candidate-overlap <iou>',
  `IoU from which on they do; 0 for a common voxel; else ${defaultDetection.overlap}`,
  number('candidate-overlap', 'from 0 to 1', (iou) => iou >= 0 && iou <= 1),
];

export const patientOption: OptionOf<'--patient <pattern>', string> = [
  '--patient <pattern>',
  'whose a case is, by its name: {patient}_*; else the manifest knows, or each is one patient’s',
  String,
];

export const sizesOption: OptionOf<'--sizes <mm³>', readonly number[]> = [
  '--sizes <mm³>',
  'volumes between which lesions found are counted: 10,100; in pictures pixels; else the quartiles of the true ones',
  sizes,
];

/** What masks hold, and whose they are, is in the config and the record of a run. */
export function refuseMaskOptions(options: Readonly<Record<string, unknown>>): void {
  refuse(options, 'is for files; a run knows what its masks hold and whose they are');
}

/** Which cases of a run are scored and how it is run says nothing of files. */
export function refuseRunOptions(options: Readonly<Record<string, unknown>>, how: string): void {
  refuse(options, `is for runs, which are ${how}`);
}

/** Refuses the first option that is given. */
function refuse(options: Readonly<Record<string, unknown>>, why: string): void {
  const [given] = Object.entries(options).find(([, value]) => value !== undefined) ?? [];
  if (given !== undefined) throw new UsageError(`\`${given}\` ${why}`);
}

function sizes(text: string): readonly number[] {
  const edges = text.split(',').map((part) => (part.trim() === '' ? Number.NaN : Number(part)));
  if (edges.every((edge, i) => edge > (edges[i - 1] ?? 0) && Number.isFinite(edge))) return edges;
  throw new UsageError(
    `--sizes must be volumes above 0 in mm³ with commas between them, each above the one before, got '${text}'`,
  );
}

function labels(text: string): 'all' | readonly number[] {
  if (text === 'all') return 'all';
  const numbers = text.split(',').map((part) => (/^\d+$/.test(part.trim()) ? Number(part) : 0));
  if (numbers.every((label) => Number.isSafeInteger(label) && label > 0)) {
    return [...new Set(numbers)];
  }
  throw new UsageError(
    `--label must be a whole number from 1 on, several with commas between them, or all, got '${text}'`,
  );
}
