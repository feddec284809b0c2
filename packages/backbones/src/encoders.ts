import type { EncoderSpec } from './encoder-spec.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { resNet } from './resnet.ts';

/** The encoders known by name. */
export type EncoderName = 'mobilenet_v2' | 'resnet50' | 'resnext50_32x4d';

/** What each name stands for. */
export const encoders: Readonly<Record<EncoderName, EncoderSpec>> = {
  mobilenet_v2: mobileNetV2(),
  resnet50: resNet({ blocks: [3, 4, 6, 3] }),
  resnext50_32x4d: resNet({ blocks: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 }),
};
