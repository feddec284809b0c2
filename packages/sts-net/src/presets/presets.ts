import type { NormalizationConfig } from '@sts-net/inference';
import type { ModelSettings } from '@sts-net/model';
import type { AmplificationConfig } from '../config/amplification-schema.ts';
import { light } from './light.ts';
import { resnext50UNet } from './resnext50-unet.ts';
import { stsNet } from './sts-net.ts';

/**
 * The parts of a config that do not depend on where the data are. As in a config file, fields with
 * defaults may be left out of `training`; `validateConfig` fills them in.
 */
export interface Preset {
  readonly model: ModelSettings;
  readonly normalization: NormalizationConfig;
  readonly amplification: AmplificationConfig;
  readonly training: Readonly<Record<string, unknown>>;
}

export type PresetName = 'light' | 'resnext50-unet' | 'sts-net';

/** The presets by name. */
export const presets: Readonly<Record<PresetName, Preset>> = {
  light,
  'resnext50-unet': resnext50UNet,
  'sts-net': stsNet,
};
