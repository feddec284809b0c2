export { createEncoder, type EncoderOptions } from './create-encoder.ts';
export { type DenseNetOptions, denseNet } from './densenet.ts';
export { type DualPathNetworkOptions, type DualPathStage, dualPathNetwork } from './dpn.ts';
export { type EfficientNetOptions, efficientNet } from './efficientnet.ts';
export type {
  AttentionFactory,
  DilationStyle,
  EmptyStage,
  Encoder,
  EncoderSpec,
  EncoderStage,
  Feature,
  OutputStride,
  StageContext,
} from './encoder-spec.ts';
export { type EncoderName, encoders } from './encoders.ts';
export {
  type AttendContext,
  type MixTransformerOptions,
  mixTransformer,
} from './mix-transformer.ts';
export { mobileNetV2 } from './mobilenet-v2.ts';
export { type PlainOptions, plain } from './plain.ts';
export { type Res2NetOptions, res2Net } from './res2net.ts';
export { type ResNetOptions, resNet } from './resnet.ts';
