import { patches } from './patches.ts';
import type { SamplerSpec } from './sampler.ts';
import { slices } from './slices.ts';

export type SamplerName = 'slices' | 'patches';

/** The samplers by name. */
export const samplers: Readonly<Record<SamplerName, SamplerSpec>> = { slices, patches };
