import { ndarray } from '@sts-net/views';
import { likeVolume } from '../volume/like-volume.ts';
import { checkVolume, type Volume } from '../volume/volume.ts';
import { inOrder } from '../voxels/voxel-arrays.ts';
import { labelCounts } from './label-counts.ts';
import { type LabelRule, labelReader, thresholdOf } from './label-rule.ts';
import { addWrong, type LabelWords, noLabels } from './no-labels.ts';
import { wholeNumbers } from './whole-numbers.ts';

export interface LabelsOfOptions extends LabelWords {
  /**
   * Called once if by the rule all numbers but 0 are the target and there are several, with a sentence
   * that says how many voxels hold each.
   * @default nothing is said
   */
  readonly onWarning?: ((text: string) => void) | undefined;
}

/**
 * The labels that a mask holds, by one rule for all: what is not clearly a label is an error, unless
 * the rule is a threshold. Labels that were stored as scaled integers (2.00003 for 2) are read as
 * the whole numbers that they stand for; probabilities, soft masks, negative numbers and NaN are not.
 * @param volume any voxel type
 * @param rule what a label is, see `LabelRule`
 * @returns labels in C order, in an array of their own, on the grid of `volume` as `likeVolume` keeps it
 * @throws {RangeError} if a voxel holds no label, naming the subject, what is required, the first
 * such value and its place, how many there are and what to do; or if the rule is none
 */
export function labelsOf(
  volume: Volume,
  rule: LabelRule = 'whole',
  options: LabelsOfOptions = {},
): Volume<Uint8Array> {
  checkVolume('labelsOf', volume);
  const threshold = thresholdOf(rule);
  if (threshold !== undefined) return fromThreshold(volume, threshold);
  const { onWarning, ...words } = options;
  const reader = labelReader(rule);
  const { values, wholeOf } = wholeNumbers(volume);
  const labels = new Uint8Array(values.length);
  const wrong = { count: 0, value: 0, at: 0 };
  // Labels come in runs.
  let value = Number.NaN;
  let label: number | undefined;
  for (let i = 0; i < labels.length; i++) {
    if (values[i] !== value) {
      value = values[i]!;
      const whole = wholeOf(value);
      label = whole === undefined ? undefined : reader.labelOf(whole);
    }
    if (label !== undefined) labels[i] = label;
    else addWrong(wrong, value, i);
  }
  if (wrong.count > 0) throw noLabels(volume, wrong, wholeOf(wrong.value), reader, words);
  const ignored = allAsTarget(rule);
  if (ignored !== undefined && onWarning !== undefined) {
    warnOfSeveral(volume, ignored, words, onWarning);
  }
  return likeVolume(volume, ndarray(labels, [...volume.voxels.shape]));
}

function fromThreshold(volume: Volume, threshold: number): Volume<Uint8Array> {
  const values = inOrder(volume.voxels);
  const labels = new Uint8Array(values.length);
  for (let i = 0; i < labels.length; i++) labels[i] = values[i]! >= threshold ? 1 : 0;
  return likeVolume(volume, ndarray(labels, [...volume.voxels.shape]));
}

/** The numbers that a rule takes for no target, if it takes all others for it. */
function allAsTarget(rule: LabelRule): readonly (number | undefined)[] | undefined {
  if (rule === 'nonzero') return [0];
  return typeof rule === 'object' && 'labels' in rule && rule.labels === 'nonzero'
    ? [0, rule.ignore]
    : undefined;
}

/** Says what numbers a mask holds besides those, the most frequent first, if there are several. */
function warnOfSeveral(
  volume: Volume,
  others: readonly (number | undefined)[],
  { subject = 'the mask' }: LabelWords,
  onWarning: (text: string) => void,
): void {
  const counts = [...labelCounts(volume)].filter(([number]) => !others.includes(number));
  if (counts.length < 2) return;
  const named = counts.sort((a, b) => b[1] - a[1]).slice(0, 5);
  const list = named.map(([number, voxels]) => `${number} in ${voxels} voxels`).join(', ');
  const more = counts.length > named.length ? ', …' : '';
  onWarning(
    `${subject} holds ${counts.length} different numbers besides 0 (${list}${more}); each counts as the target`,
  );
}
