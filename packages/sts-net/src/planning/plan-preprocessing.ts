import { chooseNormalization } from '@sts-net/inference';
import type { CaseFacts } from './case-facts.ts';
import type { Fingerprint } from './fingerprint.ts';
import { summariseLesions } from './lesion-summary.ts';
import { median, mostFrequent, quantile } from './quantiles.ts';

/** Part of a config with its reasons, by the field's path inside the part. */
export interface PlannedPart {
  readonly fields: Readonly<Record<string, unknown>>;
  readonly reasons: Readonly<Record<string, string>>;
}

/** Distances that differ by less are the same. */
const alike = 1.1;

/** How images are to be brought to network input. */
export function planPreprocessing({ looked, channels }: Fingerprint): PlannedPart {
  const fields: Record<string, unknown> = {};
  const reasons: Record<string, string> = {};
  const say = (field: string, value: unknown, reason: string): void => {
    fields[field] = value;
    reasons[field] = reason;
  };
  const volumes = looked.filter(({ flat }) => !flat);
  const names = channels.filter((name) => name !== null);
  if (names.length > 0) say('channels', names, 'In the order of the manifest.');
  if (volumes.length > 0) planGeometry(volumes, say);
  else planSize(looked, say);
  if (volumes.some(({ modality }) => modality === 'CT')) {
    const within = volumes.flatMap((one) => one.within);
    const [low, high] = [quantile(within, 0.005), quantile(within, 0.995)].map(Math.round);
    say(
      'normalization',
      { name: 'window', low, high: Math.max(high!, low! + 1) },
      `CT: percentiles 0.5 and 99.5 of the intensities within the lesions, ${low} and ${high} HU, become 0 and 1.`,
    );
  } else {
    const { rule, reason } = chooseNormalization(looked);
    say('normalization', rule, `Each image by itself; ${reason}.`);
  }
  return { fields, reasons };
}

/** How far across, in pixels, the smallest lesions may become where images are made smaller. */
const leastDiameter = 16;

/** Photographs are made smaller as long as the smallest lesions stay in sight. */
function planSize(
  images: readonly CaseFacts[],
  say: (field: string, value: unknown, reason: string) => void,
): void {
  const [small] = summariseLesions(images).diameter;
  const factor = Math.floor(small / leastDiameter);
  if (factor < 2) return;
  const sides = [1, 2].map((axis) => median(images.map(({ size }) => size[axis]!)));
  say(
    'size',
    sides.map((side) => Math.round(side / factor)),
    `Nine of ten lesions are ${small.toFixed(0)} pixels across or more: of images ${factor} times smaller they keep ${(small / factor).toFixed(0)}.`,
  );
}

/** Orientation, axis and spacing of volumes. */
function planGeometry(
  volumes: readonly CaseFacts[],
  say: (field: string, value: unknown, reason: string) => void,
): void {
  const orientations = volumes.map(({ orientation }) => orientation);
  const usual = mostFrequent(orientations);
  const isMixed = new Set(orientations).size > 1;
  if (isMixed && usual !== null && !orientations.includes(null)) {
    const counted = [...new Set(orientations)].map(
      (one) => `${one} ${orientations.filter((other) => other === one).length}`,
    );
    say('orientation', usual, `The volumes are not turned alike (${counted.join(', ')}).`);
  }
  const known = volumes.flatMap(({ spacing }) => (spacing === null ? [] : [spacing]));
  if (known.length < volumes.length) return;
  const usualSpacing = [0, 1, 2].map((axis) => median(known.map((one) => one[axis]!)));
  // Turned volumes would need their own axes here; they are cut across the slices then.
  const coarse = usualSpacing.indexOf(Math.max(...usualSpacing));
  const axis = isMixed || usualSpacing[coarse]! < 1.5 * Math.min(...usualSpacing) ? 0 : coarse;
  if (axis !== 0) {
    say('axis', axis, `Across it the voxels are farthest apart, ${mm(usualSpacing[axis]!)}.`);
  }
  if (isMixed) return;
  const [row, column] = [0, 1, 2].filter((one) => one !== axis) as [number, number];
  const steps = [row, column].map((one) => known.map((spacing) => spacing[one]!));
  const range = steps.map((own) => [quantile(own, 0.05), quantile(own, 0.95)] as const);
  if (range.every(([low, high]) => high < alike * low)) return;
  const target = steps.map((own) => Number(median(own).toPrecision(3)));
  const square = Math.max(...target) < alike * Math.min(...target);
  say(
    'spacing',
    { inPlane: square ? Math.min(...target) : target },
    `Pixels are from ${mm(range[0]![0])} to ${mm(range[0]![1])}: half of the images are brought to larger ones, half to smaller. Slices stay as far apart as they are; a network that sees neighbours as channels does not need more of them.`,
  );
}

export function mm(distance: number): string {
  return `${Number(distance.toPrecision(3))} mm`;
}
