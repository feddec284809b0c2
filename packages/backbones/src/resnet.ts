import { MaxPool2D, ReLU } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convBatchNorm } from './conv-batch-norm.ts';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** Options of {@link resNet}. */
export interface ResNetOptions {
  /** Bottleneck blocks in each of the four stages. */
  readonly blocks: readonly [number, number, number, number];
  /** Groups of each 3×3 convolution; more than 1 makes a ResNeXt. @default 1 */
  readonly groups?: number;
  /** Channels of a group per 64 of the stage's base width. @default 64 */
  readonly widthPerGroup?: number;
}

const expansion = 4;

/**
 * ResNet and ResNeXt with bottleneck blocks, the stride in the 3×3 convolution (version 1.5):
 * feature maps of 64, 256, 512, 1024 and 2048 channels. Layers are named as in torchvision.
 *
 * Sources: He et al., CVPR 2016; Xie et al., CVPR 2017.
 */
export function resNet({ blocks, groups = 1, widthPerGroup = 64 }: ResNetOptions): EncoderSpec {
  const stages = blocks.map((count, i): EncoderStage => {
    const planes = 64 * 2 ** i;
    const width = (planes * widthPerGroup * groups) / 64;
    return {
      stride: 4 * 2 ** i,
      build: (x, context) => {
        const { name, strides, dilation, firstDilation } = context;
        let y = x;
        if (i === 0) {
          const pool = { name: name('maxpool'), poolSize: 3, strides: 2, padding: 1 };
          y = new MaxPool2D(pool).apply(x) as SymbolicTensor;
        }
        for (let block = 0; block < count; block++) {
          const first = block === 0;
          y = bottleneck(y, context, {
            key: `layer${i + 1}.${block}`,
            width,
            filters: planes * expansion,
            groups,
            strides: first && i > 0 ? strides : 1,
            dilation: first ? firstDilation : dilation,
            project: first,
          });
        }
        return y;
      },
    };
  });
  return { stages: [{ stride: 2, build: stem }, ...stages] };
}

function stem(x: SymbolicTensor, { name, seed }: StageContext): SymbolicTensor {
  return convBatchNorm(x, {
    convolution: name('conv1'),
    batchNormalization: name('bn1'),
    relu: name('relu'),
    filters: 64,
    kernelSize: 7,
    strides: 2,
    seed,
  });
}

interface Bottleneck {
  readonly key: string;
  readonly width: number;
  readonly filters: number;
  readonly groups: number;
  readonly strides: number;
  readonly dilation: number;
  /** Whether the shortcut is a 1×1 convolution. */
  readonly project: boolean;
}

function bottleneck(x: SymbolicTensor, { name, seed }: StageContext, block: Bottleneck) {
  const { key, width, filters, groups, strides, dilation } = block;
  const part = (index: number, relu: boolean) => ({
    convolution: name(`${key}.conv${index}`),
    batchNormalization: name(`${key}.bn${index}`),
    ...(relu && { relu: name(`${key}.relu${index}`) }),
    seed,
  });
  let y = convBatchNorm(x, { ...part(1, true), filters: width, kernelSize: 1 });
  y = convBatchNorm(y, {
    ...part(2, true),
    filters: width,
    kernelSize: 3,
    strides,
    dilation,
    groups,
  });
  y = convBatchNorm(y, { ...part(3, false), filters, kernelSize: 1 });
  const shortcut = block.project
    ? convBatchNorm(x, {
        convolution: name(`${key}.downsample.0`),
        batchNormalization: name(`${key}.downsample.1`),
        filters,
        kernelSize: 1,
        strides,
        seed,
      })
    : x;
  const sum = layers.add({ name: name(`${key}.add`) }).apply([y, shortcut]);
  return new ReLU({ name: name(`${key}.relu3`) }).apply(sum) as SymbolicTensor;
}
