export { caraNet } from './caranet.ts';
export { centroidNetV2 } from './centroidnetv2.ts';
export {
  type DeepLabV3AFMAOptions,
  type DeepLabV3AFMASettings,
  deepLabV3AFMA,
} from './deeplabv3-afma.ts';
export {
  type DenseASPPOptions,
  type DenseASPPSettings,
  type DenseASPPVariant,
  denseASPP,
  denseASPPResNet101,
} from './dense-aspp.ts';
export { type EHFormerOptions, type EHFormerSettings, ehFormer } from './eh-former.ts';
export { type I2UNetOptions, type I2UNetSettings, i2uNetM } from './i2u-net.ts';
export { m2SNet } from './m2snet.ts';
export {
  type MiTStreamOptions,
  type MiTStreamSettings,
  mitStream,
  type StreamSize,
} from './mit-stream.ts';
export { msgseNetLike } from './msgse-net-like.ts';
export type { NetworkOptions } from './network-options.ts';
export type { NetworkSpec, NetworkTraining } from './network-spec.ts';
export {
  createNetwork,
  type NetworkConfig,
  type NetworkName,
  type NetworkSettings,
  networks,
} from './networks.ts';
export { type NNUNetOptions, type NNUNetSettings, nnUNet } from './nnunet.ts';
export { type NNUNetPlan, nnUNetPlan } from './nnunet-plan.ts';
export { type UMNetOptions, type UMNetSettings, umNet } from './um-net.ts';
