import type { DecoderSpec } from './contract/decoder-spec.ts';
import { deepLabV3 } from './deeplabv3/deeplabv3.ts';
import { deepLabV3Plus } from './deeplabv3/deeplabv3plus.ts';
import { fpn } from './fpn/fpn.ts';
import { linkNet } from './linknet/linknet.ts';
import { maNet } from './manet/manet.ts';
import { pan } from './pan/pan.ts';
import { plainUNet } from './plain/plain-unet.ts';
import { plainUNetPlusPlus } from './plain/plain-unet-plus-plus.ts';
import { pspNet } from './pspnet/pspnet.ts';
import { segFormer } from './segformer/segformer.ts';
import { uNet } from './unet/unet.ts';
import { uNetPlusPlus } from './unet/unet-plus-plus.ts';
import { uPerNet } from './upernet/upernet.ts';

/** The decoders known by name. */
export type DecoderName =
  | 'deeplabv3'
  | 'deeplabv3plus'
  | 'unet'
  | 'unetplusplus'
  | 'pan'
  | 'fpn'
  | 'linknet'
  | 'manet'
  | 'pspnet'
  | 'segformer'
  | 'upernet'
  | 'plain-unet'
  | 'plain-unetplusplus'
  | 'r2unet';

/** What each name stands for. */
export const decoders: Readonly<Record<DecoderName, DecoderSpec>> = {
  deeplabv3: deepLabV3(),
  deeplabv3plus: deepLabV3Plus(),
  unet: uNet(),
  unetplusplus: uNetPlusPlus(),
  pan: pan(),
  fpn: fpn(),
  linknet: linkNet(),
  manet: maNet(),
  pspnet: pspNet(),
  segformer: segFormer(),
  upernet: uPerNet(),
  'plain-unet': plainUNet(),
  'plain-unetplusplus': plainUNetPlusPlus(),
  r2unet: plainUNet({ block: 'recurrent', upsampling: 'nearest' }),
};
