export { type ConvBatchNormOptions, convBatchNorm } from './blocks/conv-batch-norm.ts';
export { type DoubleConvolutionOptions, doubleConvolution } from './blocks/double-convolution.ts';
export { type RecurrentResidualOptions, recurrentResidual } from './blocks/recurrent-residual.ts';
export { deriveSeed } from './initializers/derive-seed.ts';
export { Kaiming, type KaimingArgs } from './initializers/kaiming.ts';
export {
  AdaptiveAveragePool,
  type AdaptiveAveragePoolArgs,
} from './layers/adaptive-average-pool.ts';
export { AveragePool2D, type AveragePool2DArgs } from './layers/average-pool2d.ts';
export { BatchNormalization, type BatchNormalizationArgs } from './layers/batch-normalization.ts';
export { Broadcast } from './layers/broadcast.ts';
export { ChannelSlice, type ChannelSliceArgs } from './layers/channel-slice.ts';
export { Conv2D, type Conv2DArgs } from './layers/conv2d.ts';
export { Conv2DTranspose, type Conv2DTransposeArgs } from './layers/conv2d-transpose.ts';
export { CropToMatch } from './layers/crop-to-match.ts';
export { Dropout, type DropoutArgs, type DropoutUnit } from './layers/dropout.ts';
export { GELU, type GELUArgs } from './layers/gelu.ts';
export { GlobalAveragePool } from './layers/global-average-pool.ts';
export { GroupNormalization, type GroupNormalizationArgs } from './layers/group-normalization.ts';
export {
  InstanceNormalization,
  type InstanceNormalizationArgs,
} from './layers/instance-normalization.ts';
export { checkSettings, type LayerArgs, single } from './layers/layer-args.ts';
export type { LayerFacts, LayerOperations, TorchParameter } from './layers/layer-facts.ts';
export {
  LayerNormalization,
  type LayerNormalizationArgs,
} from './layers/layer-normalization.ts';
export { Linear, type LinearArgs } from './layers/linear.ts';
export { MaxPool2D, type MaxPool2DArgs } from './layers/max-pool2d.ts';
export {
  MultiHeadAttention,
  type MultiHeadAttentionArgs,
} from './layers/multi-head-attention.ts';
export { PadToMultiple, type PadToMultipleArgs } from './layers/pad-to-multiple.ts';
export { PositionAttention } from './layers/position-attention.ts';
export { ReLU, type ReLUArgs } from './layers/relu.ts';
export { ResizeBilinear, type ResizeBilinearArgs } from './layers/resize-bilinear.ts';
export { ResizeToMatch, type ResizeToMatchArgs } from './layers/resize-to-match.ts';
export { Swish } from './layers/swish.ts';
export { UnusedParameters, type UnusedParametersArgs } from './layers/unused-parameters.ts';
export { UpsampleNearest, type UpsampleNearestArgs } from './layers/upsample-nearest.ts';
export { batchNormTraining } from './ops/batch-norm-training.ts';
export { conv2d } from './ops/conv2d.ts';
export {
  type Conv2DGeometry,
  type Conv2DOptions,
  conv2dGeometry,
  type Padding,
} from './ops/conv2d-geometry.ts';
export { type Conv2DTransposeOptions, conv2dTranspose } from './ops/conv2d-transpose.ts';
export { type GELUForm, gelu } from './ops/gelu.ts';
export { layerNorm } from './ops/layer-norm.ts';
export { fromPatches, patchGrid, toPatches } from './ops/patches.ts';
export { relu } from './ops/relu.ts';
export { type ResizeBilinearOptions, resizeBilinear } from './ops/resize-bilinear.ts';
export { upsampleNearest } from './ops/upsample-nearest.ts';
