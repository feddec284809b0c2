import type { PresetName } from '../presets/presets.ts';
import { presets } from '../presets/presets.ts';
import type { Fingerprint } from './fingerprint.ts';
import { summariseLesions } from './lesion-summary.ts';
import type { PlannedPart } from './plan-preprocessing.ts';

/**
 * What a training takes: MiB for the network, and KiB for each pixel of a batch. Measured on the ort
 * engine with bench/memory.mjs, two classes.
 */
const memoryOf: Readonly<Record<PresetName, { readonly network: number; readonly pixel: number }>> =
  {
    light: { network: 600, pixel: 2.2 },
    'resnext50-unet': { network: 1000, pixel: 4.5 },
    'sts-net': { network: 1450, pixel: 6 },
  };

interface TrainingFacts {
  readonly preset: PresetName;
  /** That are wished for. */
  readonly steps: number | undefined;
  /** Rows and columns of a slice as the network gets it. */
  readonly plane: readonly [rows: number, columns: number];
  /** How many times as long as in its file a lesion is there. */
  readonly scale: number;
  /** Bytes. */
  readonly memory: number;
}

/** Patches, batches, loss, length and selection. */
export function planTraining(
  {
    looked,
    cases,
    validation,
  }: Pick<Fingerprint, 'looked' | 'cases'> & {
    /** Whether anything validates. */
    readonly validation: boolean;
  },
  { preset, steps: wished, plane, scale, memory }: TrainingFacts,
): PlannedPart {
  const { voxels, diameter, perCase } = summariseLesions(looked);
  const fields: Record<string, unknown> = {};
  const reasons: Record<string, string> = {};
  const say = (field: string, value: unknown, reason?: string): void => {
    fields[field] = value;
    if (reason !== undefined) reasons[field] = reason;
  };
  const isUneven = voxels[2] > 10 * voxels[0];
  const areMany = perCase >= 3;

  const large = diameter[2] * scale;
  const side = Math.min(Math.max(96, 32 * Math.ceil((8 * large) / 32)), 256);
  const isWhole = Math.max(...plane) <= side;
  const pixels = isWhole ? plane[0] * plane[1] : side * side;
  const { network, pixel } = memoryOf[preset];
  const fits = ((memory / 2 ** 20 / 2 - network) * 1024) / (pixel * pixels);
  const batchSize = Math.max(1, Math.min(8, Math.floor(fits)));
  say(
    'batchSize',
    batchSize,
    `About ${gib((network + (batchSize * pixels * pixel) / 1024) * 2 ** 20)} for a step; half of the ${gib(memory)} of this machine may be used.`,
  );
  if (!isWhole) {
    say(
      'patch',
      { size: [side, side], lesionShare: 0.5 },
      `Slices are ${plane.join(' × ')} pixels. Nine of ten lesions are less than ${large.toFixed(0)} pixels across: patches of ${side} show ${(side / large).toFixed(0)} times as much.`,
    );
    say(
      'sampler',
      isUneven ? 'lesions' : 'pixels',
      isUneven
        ? `Large lesions have ${(voxels[2] / voxels[0]).toFixed(0)} times the voxels of small ones and would be drawn as much more often; so each is equally likely.`
        : 'The lesions are of similar sizes, so it does not matter which of their pixels is drawn.',
    );
  }
  say('flips', true, 'Lesions look the same mirrored.');
  const loss = isUneven && areMany ? 'cc-dice-cross-entropy' : 'dice-cross-entropy';
  say(
    'loss',
    loss,
    loss === 'dice-cross-entropy'
      ? 'Overlap and pixels: the usual start.'
      : `${perCase} lesions in half of the cases or more, of very different sizes: each counts alike, so that the large ones do not hide the small ones.`,
  );
  const { optimizer } = presets[preset].training;
  say('optimizer', optimizer, `Of the preset ${preset}.`);
  say('schedule', { name: 'cosine', per: 'step' });
  const shown = (sum(looked.map((one) => one.shown)) * cases) / looked.length;
  const usual = Math.round(Math.min(Math.max((30 * shown) / batchSize, 300), 20_000) / 100) * 100;
  const steps = wished ?? usual;
  say(
    'steps',
    steps,
    `About ${Math.round(shown)} slices show a lesion; each is drawn some ${Math.round((steps * batchSize) / Math.max(shown, 1))} times. Longer is better as long as the validation still rises.`,
  );
  const every = Math.min(steps, Math.max(10, Math.round(steps / 20)));
  if (validation) {
    const metric = areMany ? 'lesion-f1' : 'case-dice';
    say(
      'validation',
      { every, metric, slices: 400 },
      metric === 'lesion-f1'
        ? 'The cases have several lesions: what matters is which are found, not how many pixels.'
        : 'The cases have few lesions: each case counts alike.',
    );
  }
  say('saveEvery', every);
  return { fields, reasons };
}

function gib(bytes: number): string {
  return `${(bytes / 2 ** 30).toFixed(1)} GiB`;
}

function sum(values: readonly number[]): number {
  return values.reduce((a, b) => a + b, 0);
}
