import { light } from './light.ts';
import type { Preset } from './presets.ts';

/** The paper's encoder with the decoder that learns fastest; trained as the light preset is. */
export const resnext50UNet: Preset = {
  ...light,
  model: { ...light.model, encoder: 'resnext50_32x4d' },
};
