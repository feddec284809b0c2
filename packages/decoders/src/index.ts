export { auxiliaryHead } from './auxiliary/auxiliary-head.ts';
export type { Decoded, DecoderContext, DecoderSpec, Feature } from './contract/decoder-spec.ts';
export {
  createDecoder,
  createSupervisedDecoder,
  type DecoderOptions,
  supervisedDecoders,
} from './create-decoder.ts';
export { type DecoderName, decoders } from './decoders.ts';
export { type ASPPOptions, aspp } from './deeplabv3/aspp.ts';
export { type DeepLabV3Options, deepLabV3 } from './deeplabv3/deeplabv3.ts';
export { type DeepLabV3PlusOptions, deepLabV3Plus } from './deeplabv3/deeplabv3plus.ts';
export { type FPNOptions, fpn } from './fpn/fpn.ts';
export { type LinkNetOptions, linkNet } from './linknet/linknet.ts';
export { type MANetOptions, maNet } from './manet/manet.ts';
export { type PANOptions, pan } from './pan/pan.ts';
export { type PlainUNetOptions, plainUNet } from './plain/plain-unet.ts';
export { plainUNetPlusPlus } from './plain/plain-unet-plus-plus.ts';
export { type PSPNetOptions, pspNet } from './pspnet/pspnet.ts';
export { type SegFormerOptions, segFormer } from './segformer/segformer.ts';
export { type UNetOptions, uNet } from './unet/unet.ts';
export { type UNetPlusPlusOptions, uNetPlusPlus } from './unet/unet-plus-plus.ts';
export { type UPerNetOptions, uPerNet } from './upernet/upernet.ts';
