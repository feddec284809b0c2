export { createDecoder, type DecoderOptions } from './create-decoder.ts';
export type { DecoderContext, DecoderSpec, Feature } from './decoder-spec.ts';
export { type DecoderName, decoders } from './decoders.ts';
export { type DeepLabV3Options, deepLabV3 } from './deeplabv3/deeplabv3.ts';
export { type UNetOptions, uNet } from './unet/unet.ts';
