import type { DecoderSpec } from './decoder-spec.ts';
import { deepLabV3 } from './deeplabv3/deeplabv3.ts';
import { uNet } from './unet/unet.ts';

/** The decoders known by name. */
export type DecoderName = 'deeplabv3' | 'unet';

/** What each name stands for. */
export const decoders: Readonly<Record<DecoderName, DecoderSpec>> = {
  deeplabv3: deepLabV3(),
  unet: uNet(),
};
