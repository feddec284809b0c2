import { denseNet } from './densenet.ts';
import { dualPathNetwork } from './dpn.ts';
import { efficientNet } from './efficientnet.ts';
import type { EncoderSpec } from './encoder-spec.ts';
import { mixTransformer } from './mix-transformer.ts';
import { mobileNetV2 } from './mobilenet-v2.ts';
import { plain } from './plain.ts';
import { res2Net } from './res2net.ts';
import { resNet } from './resnet.ts';

/** The encoders known by name. */
export type EncoderName =
  | 'mobilenet_v2'
  | 'efficientnet-b0'
  | 'efficientnet-b1'
  | 'efficientnet-b2'
  | 'efficientnet-b3'
  | 'efficientnet-b4'
  | 'torchvision-efficientnet-b0'
  | 'dpn68'
  | 'resnet18'
  | 'resnet34'
  | 'resnet50'
  | 'resnet101'
  | 'resnext50_32x4d'
  | 'resnext101_32x8d'
  | 'res2net50_v1b'
  | 'res2net101_v1b'
  | 'densenet121'
  | 'densenet161'
  | 'densenet169'
  | 'densenet201'
  | 'mit_b0'
  | 'mit_b1'
  | 'mit_b2'
  | 'mit_b3'
  | 'mit_b4'
  | 'mit_b5'
  | 'plain-unet'
  | 'plain-unetplusplus'
  | 'r2unet';

const b0 = { stageBegins: [3, 5, 9] } as const;
const b1 = { depth: 1.1, stageBegins: [5, 8, 16] } as const;

/** What each name stands for. */
export const encoders: Readonly<Record<EncoderName, EncoderSpec>> = {
  mobilenet_v2: mobileNetV2(),
  'efficientnet-b0': efficientNet(b0),
  'efficientnet-b1': efficientNet({ ...b1, padding: 240 }),
  'efficientnet-b2': efficientNet({ ...b1, width: 1.1, depth: 1.2, padding: 260 }),
  'efficientnet-b3': efficientNet({
    width: 1.2,
    depth: 1.4,
    stageBegins: [5, 8, 18],
    padding: 300,
  }),
  'efficientnet-b4': efficientNet({
    width: 1.4,
    depth: 1.8,
    stageBegins: [6, 10, 22],
    padding: 380,
  }),
  'torchvision-efficientnet-b0': efficientNet({
    ...b0,
    padding: 'symmetric',
    epsilon: 1e-5,
    momentum: 0.1,
  }),
  dpn68: dualPathNetwork({
    stem: 10,
    groups: 32,
    stages: [
      { residual: 64, increment: 16, width: 128, blocks: 3 },
      { residual: 128, increment: 32, width: 256, blocks: 4 },
      { residual: 256, increment: 32, width: 512, blocks: 12 },
      { residual: 512, increment: 64, width: 1024, blocks: 3 },
    ],
  }),
  resnet18: resNet({ block: 'basic', blocks: [2, 2, 2, 2] }),
  resnet34: resNet({ block: 'basic', blocks: [3, 4, 6, 3] }),
  resnet50: resNet({ blocks: [3, 4, 6, 3] }),
  resnet101: resNet({ blocks: [3, 4, 23, 3] }),
  resnext50_32x4d: resNet({ blocks: [3, 4, 6, 3], groups: 32, widthPerGroup: 4 }),
  resnext101_32x8d: resNet({ blocks: [3, 4, 23, 3], groups: 32, widthPerGroup: 8 }),
  res2net50_v1b: res2Net({ blocks: [3, 4, 6, 3] }),
  res2net101_v1b: res2Net({ blocks: [3, 4, 23, 3] }),
  densenet121: denseNet({ layers: [6, 12, 24, 16] }),
  densenet161: denseNet({ growth: 48, stem: 96, layers: [6, 12, 36, 24] }),
  densenet169: denseNet({ layers: [6, 12, 32, 32] }),
  densenet201: denseNet({ layers: [6, 12, 48, 32] }),
  mit_b0: mixTransformer({ channels: [32, 64, 160, 256], blocks: [2, 2, 2, 2] }),
  mit_b1: mixTransformer({ blocks: [2, 2, 2, 2] }),
  mit_b2: mixTransformer({ blocks: [3, 4, 6, 3] }),
  mit_b3: mixTransformer({ blocks: [3, 4, 18, 3] }),
  mit_b4: mixTransformer({ blocks: [3, 8, 27, 3] }),
  mit_b5: mixTransformer({ blocks: [3, 6, 40, 3] }),
  'plain-unet': plain(),
  'plain-unetplusplus': plain({ useBias: true }),
  r2unet: plain({ block: 'recurrent' }),
};
