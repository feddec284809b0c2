import { validateConfig } from '../config/validate-config.ts';
import { type PresetName, presets } from '../presets/presets.ts';
import { plural } from '../report/format.ts';
import { commentedJson, type Reasons } from './commented-json.ts';
import type { Fingerprint } from './fingerprint.ts';
import { summariseLesions } from './lesion-summary.ts';
import { mm, type PlannedPart, planPreprocessing } from './plan-preprocessing.ts';
import { planTraining } from './plan-training.ts';
import { median } from './quantiles.ts';

export interface PlanOptions {
  /** The manifest, as the config is to name it. */
  readonly manifest: string;
  /** Folder of the run. @default 'run' */
  readonly output?: string;
  /** Network and optimiser. @default 'light' */
  readonly preset?: PresetName;
  /** Length of the training. @default by how many slices show a lesion */
  readonly steps?: number;
  /** Bytes of memory that this machine has. */
  readonly memory: number;
}

/** A config that trains as it is. */
export interface Plan {
  /** JSON with comments that say why. */
  readonly text: string;
  /** What the plan rests on, a line each. */
  readonly facts: readonly string[];
  /** Length of the training. */
  readonly steps: number;
}

/**
 * Writes a config for a data set, by rules that each say their reason in it.
 *
 * @throws RangeError if the masks hold no lesion, or numbers that are no classes in turn
 */
export function planConfig(
  print: Fingerprint,
  { manifest, output = 'run', preset = 'light', steps, memory }: PlanOptions,
): Plan {
  const { looked, groups } = print;
  const classes = classesOf(looked.flatMap(({ labels }) => labels));
  const data = planData(print, manifest);
  const preprocessing = planPreprocessing(print);
  const plane = planeOf(print, preprocessing);
  const validation = print.split ? print.validation : groups > 1;
  const sides = median(looked.map(({ size }) => size[1]));
  const scale = preprocessing.fields['size'] === undefined ? 1 : plane[0] / sides;
  const training = planTraining({ ...print, validation }, { preset, steps, plane, scale, memory });
  const { encoder, decoder, attention } = presets[preset].model;
  const facts = factsOf(print);
  const { diameter } = summariseLesions(looked);
  const config = {
    model: { encoder, decoder, attention, classes },
    data: data.fields,
    preprocessing: preprocessing.fields,
    amplification: { method: 4 },
    training: training.fields,
    output,
  };
  const reasons: Reasons = {
    model:
      decoder === 'unet'
        ? `A U-Net keeps the full resolution, where half of the lesions are ${diameter[1].toFixed(0)} pixels across or less.`
        : `The network of the paper; half of the lesions are ${diameter[1].toFixed(0)} pixels across or less, and its last map has an eighth of the resolution.`,
    amplification: 'The paper’s method: more copies of slices with small lesions.',
    output: 'Folder of the run, beside this file.',
    ...nested('data', data),
    ...nested('preprocessing', preprocessing),
    ...nested('training', training),
  };
  validateConfig(config, 'the plan');
  const heading = `Planned by sts-net from:\n${facts.map((fact) => `  ${fact}`).join('\n')}`;
  const text = commentedJson(config, reasons, heading);
  return { text, facts, steps: training.fields['steps'] as number };
}

function nested(section: string, { reasons }: PlannedPart): Reasons {
  return Object.fromEntries(
    Object.entries(reasons).map(([field, reason]) => [`${section}.${field}`, reason]),
  );
}

/** @throws RangeError if there is no lesion, or labels are missing in between */
function classesOf(labels: readonly number[]): number {
  const found = [...new Set(labels)].filter((label) => label !== 0).sort((a, b) => a - b);
  if (found.length === 0) {
    throw new RangeError(
      'the masks must hold a lesion somewhere, got 0 only; look whether they belong to these images',
    );
  }
  if (found.length === 1) return 2;
  if (found.at(-1) === found.length) return found.length + 1;
  throw new RangeError(
    `the masks must hold classes that are counted from 0 without gaps, got ${[0, ...found].join(', ')}; prepare the data set with a \`map\` of its labels`,
  );
}

/** Which cases are held out. */
function planData({ split, groups }: Fingerprint, manifest: string): PlannedPart {
  const cases = { manifest };
  if (split) return { fields: { cases }, reasons: { cases: 'It says which cases are held out.' } };
  const share = groups >= 5 ? 0.2 : groups >= 3 ? 1 / groups : 0;
  const validation = groups === 2 ? 0.5 : share;
  return {
    fields: { cases, split: { validation, test: share } },
    reasons: {
      split:
        groups >= 5
          ? `A fifth of the ${groups} groups each. This plan has seen them all: to keep the test apart, split the manifest before.`
          : `Only ${plural(groups, 'group')}${groups < 3 ? ', too few for a test' : ''}: what is found on so few says little.`,
    },
  };
}

/** Rows and columns of the slices, once they are resampled. */
function planeOf({ looked }: Fingerprint, { fields }: PlannedPart): [number, number] {
  const whole = fields['size'] as [number, number] | undefined;
  if (whole !== undefined) return whole;
  const axis = (fields['axis'] as number | undefined) ?? 0;
  const inPlane = (fields['spacing'] as { inPlane: number | number[] } | undefined)?.inPlane;
  const axes = [0, 1, 2].filter((one) => one !== axis);
  return axes.map((one, i) =>
    median(
      looked.map(({ size, spacing }) => {
        const target =
          inPlane === undefined ? undefined : ([inPlane].flat()[i] ?? [inPlane].flat()[0]!);
        return target === undefined || spacing === null
          ? size[one]!
          : Math.round((size[one]! * spacing[one]!) / target);
      }),
    ),
  ) as [number, number];
}

function factsOf(print: Fingerprint): string[] {
  const { looked, cases, groups, channels } = print;
  const { count, voxels, diameter, perCase } = summariseLesions(looked);
  const of = (values: readonly (readonly number[])[]) =>
    [0, 1, 2].map((axis) => median(values.map((one) => one[axis]!)));
  const spacings = looked.flatMap(({ spacing }) => (spacing === null ? [] : [spacing]));
  const named = channels.filter((name) => name !== null);
  const modalities = [...new Set(looked.flatMap(({ modality }) => modality ?? []))];
  return [
    `${plural(cases, 'case')} of ${plural(groups, 'group')}${looked.length < cases ? `, ${looked.length} of them read` : ''}${modalities.length > 0 ? `, ${modalities.join(', ')}` : ''}${named.length > 0 ? `; channels ${named.join(', ')}` : ''}`,
    `${of(looked.map(({ size }) => size)).join(' × ')} voxels${spacings.length > 0 ? ` of ${of(spacings).map(mm).join(' × ')}` : ', whose size in mm is not known'} (medians; slice, row, column)`,
    `${count} lesions, ${perCase} a case; ${voxels.join(', ')} voxels and ${diameter.map((d) => d.toFixed(0)).join(', ')} pixels across (10th, 50th and 90th of a hundred)`,
  ];
}
