import { FalseAlarms } from '../negatives/false-alarms.ts';
import type { TrainingSlice } from '../samples/training-items.ts';
import { specOf } from '../spec/spec-of.ts';
import { pixels, plain } from './around-lesions.ts';
import { type HardNegativeOptions, hardNegatives } from './hard-negatives.ts';
import { classes, lesions, type SizeOptions, sizes } from './lesion-samplers.ts';
import type { Sampler, SamplerOptions, SamplerSpec } from './sampler.ts';
import { slices } from './slices.ts';

/** The options of each sampler, as data. */
export interface SamplerSettings {
  readonly slices: object;
  readonly plain: object;
  readonly pixels: object;
  readonly lesions: object;
  readonly classes: object;
  readonly sizes: SizeOptions;
  readonly 'hard-negatives': HardNegativeOptions;
}

export type SamplerName = keyof SamplerSettings;

/** A sampler as data: its name with its options. */
export type SamplerConfig = {
  readonly [Name in SamplerName]: { readonly name: Name } & SamplerSettings[Name];
}[SamplerName];

/** What stands for a sampler: a name, one with options, or a spec of one's own. */
export type SamplerChoice = SamplerName | SamplerConfig | SamplerSpec;

/** The samplers by name. */
export const samplers: { readonly [Name in SamplerName]: SamplerSpec<SamplerSettings[Name]> } = {
  slices,
  plain,
  pixels,
  lesions,
  classes,
  sizes,
  'hard-negatives': hardNegatives,
};

/**
 * The sampler that a choice stands for, with the size of what it draws.
 *
 * @param choice where undefined, `slices`, or `pixels` where there is a patch
 */
export function createSampler(
  choice: SamplerChoice | undefined,
  options: SamplerOptions,
): { readonly size: readonly [height: number, width: number]; readonly draw: Sampler } {
  const usual = options.patch === null ? 'slices' : 'pixels';
  const { spec, own } = chosenSampler(choice ?? usual);
  return { size: spec.size(options), draw: spec.create(options, own) };
}

/**
 * What a sampler needs that draws false alarms of the network: to be given to `createBatchSource`, and
 * to look at each validation. Undefined for others.
 *
 * @param slices all that is trained on
 * @param batchSize slices that go through the network together
 */
export function createFalseAlarms(
  choice: SamplerChoice | undefined,
  slices: readonly TrainingSlice[],
  batchSize: number,
): FalseAlarms | undefined {
  if (choice === undefined) return undefined;
  const { spec, own } = chosenSampler(choice);
  const count = spec.looksAt?.(own);
  return count === undefined ? undefined : new FalseAlarms(slices, { count, batchSize });
}

function chosenSampler(choice: SamplerChoice): {
  readonly spec: SamplerSpec;
  readonly own: object;
} {
  const config = typeof choice === 'string' ? { name: choice } : choice;
  if (!('name' in config)) return { spec: config, own: {} };
  const { name, ...own } = config;
  return { spec: specOf('sampler', samplers as Readonly<Record<string, SamplerSpec>>, name), own };
}
