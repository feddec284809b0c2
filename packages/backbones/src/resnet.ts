import { MaxPool2D, ReLU } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { type ConvBatchNormOptions, convBatchNorm } from './conv-batch-norm.ts';
import type { EncoderSpec, EncoderStage, StageContext } from './encoder-spec.ts';

/** Options of {@link resNet}. */
export interface ResNetOptions {
  /** `basic`: two 3×3 convolutions; `bottleneck`: 1×1, 3×3, 1×1. @default 'bottleneck' */
  readonly block?: 'basic' | 'bottleneck';
  /** Blocks in each of the four stages. */
  readonly blocks: readonly [number, number, number, number];
  /** Groups of a bottleneck's 3×3 convolution; more than 1 makes a ResNeXt. @default 1 */
  readonly groups?: number;
  /** Channels of a group per 64 of the stage's base width. @default 64 */
  readonly widthPerGroup?: number;
}

const blockTypes = { basic: [basic, 1], bottleneck: [bottleneck, 4] } as const;

/**
 * ResNet and ResNeXt, a bottleneck's stride in its 3×3 convolution (version 1.5): feature maps of 64,
 * 256, 512, 1024 and 2048 channels, with basic blocks 64, 64, 128, 256 and 512. Layers are named as
 * in torchvision.
 *
 * Sources: He et al., CVPR 2016; Xie et al., CVPR 2017.
 */
export function resNet({
  block: type = 'bottleneck',
  blocks,
  groups = 1,
  widthPerGroup = 64,
}: ResNetOptions): EncoderSpec {
  const [build, expansion] = blockTypes[type];
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
          y = build(y, context, {
            key: `layer${i + 1}.${block}`,
            width,
            filters: planes * expansion,
            groups,
            strides: first && i > 0 ? strides : 1,
            dilation: first ? firstDilation : dilation,
            lastDilation: dilation,
            project: first && (i > 0 || type === 'bottleneck'),
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

interface Block {
  readonly key: string;
  readonly width: number;
  readonly filters: number;
  readonly groups: number;
  readonly strides: number;
  readonly dilation: number;
  /** Dilation of a basic block's second convolution. */
  readonly lastDilation: number;
  /** Whether the shortcut is a 1×1 convolution. */
  readonly project: boolean;
}

function bottleneck(x: SymbolicTensor, context: StageContext, block: Block): SymbolicTensor {
  const { width, filters, groups, strides, dilation } = block;
  const unit = unitsOf(context, block);
  let y = unit(x, 1, { filters: width, kernelSize: 1 });
  y = unit(y, 2, { filters: width, kernelSize: 3, strides, dilation, groups });
  y = unit(y, 3, { filters, kernelSize: 1, last: true });
  return withShortcut(x, y, context, block);
}

function basic(x: SymbolicTensor, context: StageContext, block: Block): SymbolicTensor {
  const { filters, strides, dilation, lastDilation } = block;
  const unit = unitsOf(context, block);
  let y = unit(x, 1, { filters, kernelSize: 3, strides, dilation });
  y = unit(y, 2, { filters, kernelSize: 3, dilation: lastDilation, last: true });
  return withShortcut(x, y, context, block);
}

type UnitOptions = Pick<
  ConvBatchNormOptions,
  'filters' | 'kernelSize' | 'strides' | 'dilation' | 'groups'
> & { readonly last?: boolean };

/** The numbered convolutions of a block, each but the last with ReLU. */
function unitsOf({ name, seed }: StageContext, { key }: Block) {
  return (x: SymbolicTensor, index: number, { last = false, ...options }: UnitOptions) =>
    convBatchNorm(x, {
      convolution: name(`${key}.conv${index}`),
      batchNormalization: name(`${key}.bn${index}`),
      ...(!last && { relu: name(`${key}.relu${index}`) }),
      ...options,
      seed,
    });
}

function withShortcut(
  x: SymbolicTensor,
  y: SymbolicTensor,
  { name, seed }: StageContext,
  { key, filters, strides, project }: Block,
): SymbolicTensor {
  const shortcut = project
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
  return new ReLU({ name: name(`${key}.relu`) }).apply(sum) as SymbolicTensor;
}
