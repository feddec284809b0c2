import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import type { CaseConfig } from '@sts-net/datasets';
import type { ExperimentConfig } from '../config/experiment-config.ts';
import { validateConfig } from '../config/validate-config.ts';
import { type PresetName, presets } from '../presets/presets.ts';

/** A network that the demo trains. */
export interface DemoVariant {
  /** Column of the report. */
  readonly name: string;
  /** One sentence. */
  readonly explanation: string;
  readonly config: ExperimentConfig;
}

export interface DemoConfigOptions {
  readonly preset: PresetName;
  readonly ablate: boolean;
  readonly backend: ExperimentConfig['backend'];
  readonly seed: number;
  /** Length of a training; the preset's if undefined. */
  readonly steps: number | undefined;
  /** The runs' folders are made in it. */
  readonly folder: string;
}

const networks: Readonly<Record<PresetName, string>> = {
  light: 'MobileNetV2 + ESCA + U-Net',
  'resnext50-unet': 'ResNeXt50 + ESCA + U-Net',
  'sts-net': 'STS-Net (ResNeXt50 + ESCA + DeepLabV3)',
};

/** Longer training on the few slices of the sample data marks too much. */
const short = { steps: 60, validation: { every: 10 }, saveEvery: 30 };

/** Where training on the sample data differs from the preset's. */
const adjusted: Readonly<Record<PresetName, Readonly<Record<string, unknown>>>> = {
  light: { ...short, optimizer: { name: 'adamw', learningRate: 4e-3 } },
  // Marks less that is no lesion, over several seeds.
  'resnext50-unet': {
    ...short,
    loss: 'cross-entropy',
    patch: { size: [96, 96], lesionShare: 0.5 },
  },
  'sts-net': {},
};

/** The preset's network on the sample data and, to ablate, the same with one part left out each. */
export function demoVariants(options: DemoConfigOptions): readonly [DemoVariant, ...DemoVariant[]] {
  const { preset, ablate } = options;
  const full: DemoVariant = {
    name: networks[preset],
    explanation:
      'trained from scratch on the training split; the weights with the best validation are scored.',
    config: demoConfig(options, preset),
  };
  if (!ablate) return [full];
  return [
    full,
    {
      name: 'Without amplification',
      explanation: 'the same network, seed and number of steps, on the slices as they are.',
      config: {
        ...demoConfig(options, `${preset}-without-amplification`),
        amplification: { method: 'none' },
      },
    },
    {
      name: 'Without ESCA',
      explanation: 'the same encoder and decoder, seed and samples, without the attention layers.',
      config: {
        ...demoConfig(options, `${preset}-without-esca`),
        model: { ...presets[preset].model, attention: 'none' },
      },
    },
  ];
}

function demoConfig(
  { preset, backend, seed, steps, folder }: DemoConfigOptions,
  name: string,
): ExperimentConfig {
  const { model, amplification, training: usual } = presets[preset];
  const { cases, split } = demoData;
  const training = { ...usual, ...adjusted[preset] };
  const { steps: _, epochs: __, ...rest } = training;
  return validateConfig({
    seed,
    backend,
    model,
    // The intensities of these images have no common scale, so each is normalised by itself.
    data: { cases, split },
    preprocessing: { normalization: { name: 'nonzero' } },
    amplification,
    training: steps === undefined ? training : { ...rest, steps },
    output: join(folder, name),
  });
}

/** Folder of the sample data, which lies beside `src` and `dist`. */
const folder: string = fileURLToPath(new URL('../../data/open_ms/', import.meta.url));

/** The sample data: real lesions of three patients. */
export const demoData: {
  readonly description: string;
  readonly attribution: string;
  readonly cases: readonly (CaseConfig & { readonly image: string })[];
  /** Trains on the patient that neither list names. */
  readonly split: { readonly validation: readonly string[]; readonly test: readonly string[] };
} = {
  description:
    'Multiple-sclerosis lesions in FLAIR images of three patients, 1 mm voxels: an axial slab of each. Every slice becomes a 2.5D sample, which holds it and its two neighbours as channels. The lesions of the validation patient are tiny, so Dice is low there; it only ranks the weights.',
  attribution:
    'Data: Lesjak Ž, Galimzianova A, Koren A, et al. A novel public MR image dataset of multiple sclerosis patients with lesion segmentations based on multi-rater consensus. Neuroinformatics 16 (2018) 51–63, doi:10.1007/s12021-017-9348-7. CC BY; cut to slabs, otherwise unchanged.',
  cases: ['patient07', 'patient19', 'patient26'].map((id) => ({
    id,
    image: `${folder}${id}_FLAIR.nii.gz`,
    mask: `${folder}${id}_GOLD.nii.gz`,
  })),
  split: { validation: ['patient07'], test: ['patient26'] },
};
