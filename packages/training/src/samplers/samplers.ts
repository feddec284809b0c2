import { specOf } from '../spec/spec-of.ts';
import { pixels, plain } from './around-lesions.ts';
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
  const chosen = choice ?? usual;
  const config = typeof chosen === 'string' ? { name: chosen } : chosen;
  if (!('name' in config)) return { size: config.size(options), draw: config.create(options, {}) };
  const { name, ...own } = config;
  const spec = specOf('sampler', samplers as Readonly<Record<string, SamplerSpec>>, name);
  return { size: spec.size(options), draw: spec.create(options, own) };
}
