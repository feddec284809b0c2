export { deriveSeed } from './initializers/derive-seed.ts';
export { Kaiming, type KaimingArgs } from './initializers/kaiming.ts';
export { BatchNormalization, type BatchNormalizationArgs } from './layers/batch-normalization.ts';
export { Broadcast } from './layers/broadcast.ts';
export { Conv2D, type Conv2DArgs } from './layers/conv2d.ts';
export { CropToMatch } from './layers/crop-to-match.ts';
export { Dropout, type DropoutArgs } from './layers/dropout.ts';
export { GlobalAveragePool } from './layers/global-average-pool.ts';
export type { LayerArgs } from './layers/layer-args.ts';
export { MaxPool2D, type MaxPool2DArgs } from './layers/max-pool2d.ts';
export { PadToMultiple, type PadToMultipleArgs } from './layers/pad-to-multiple.ts';
export { ReLU, type ReLUArgs } from './layers/relu.ts';
export { ResizeBilinear, type ResizeBilinearArgs } from './layers/resize-bilinear.ts';
export { UpsampleNearest, type UpsampleNearestArgs } from './layers/upsample-nearest.ts';
export { batchNormTraining } from './ops/batch-norm-training.ts';
export { conv2d } from './ops/conv2d.ts';
export {
  type Conv2DGeometry,
  type Conv2DOptions,
  conv2dGeometry,
  type Padding,
} from './ops/conv2d-geometry.ts';
export { relu } from './ops/relu.ts';
export { type ResizeBilinearOptions, resizeBilinear } from './ops/resize-bilinear.ts';
export { upsampleNearest } from './ops/upsample-nearest.ts';
