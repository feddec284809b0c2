import {
  AveragePool2D,
  Conv2D,
  Conv2DTranspose,
  deriveSeed,
  InstanceNormalization,
  Kaiming,
  ResizeToMatch,
  UnusedParameters,
} from '@sts-net/layers-core';
import {
  initializers,
  type LayersModel,
  layers,
  type SymbolicTensor,
} from '@tensorflow/tfjs-layers';
import type { NetworkOptions } from './network-options.ts';
import { type NNUNetPlan, type NNUNetStage, nnUNetPlan, stagesOf } from './nnunet-plan.ts';
import { withinPadding } from './within-padding.ts';

/** What an nnU-Net can be told, as data. */
export interface NNUNetSettings {
  /** Its stages. @default those that nnU-Net plans for `patchSize` */
  readonly plan?: NNUNetPlan | undefined;
  /** `[rows, columns]` of the images that it is trained on, pixels, from which its stages follow where there is no plan. @default [256, 256] */
  readonly patchSize?: readonly [number, number] | undefined;
  /**
   * Whether the maps on the way to the logits, but the coarsest, have outputs for training. They are at the size of the
   * image, where nnU-Net makes the truth coarser, of which a lesion of a few pixels would vanish. @default true
   */
  readonly deepSupervision?: boolean | undefined;
}

/** What {@link nnUNet} takes. */
export interface NNUNetOptions extends NNUNetSettings, NetworkOptions {
  /** Whether the encoder is made of residual blocks. @default false */
  readonly residual?: boolean;
}

const slope = 0.01;

/**
 * nnU-Net's 2-D networks: a U-Net of convolutions with instance normalisation and leaky ReLUs, with the stages of a plan;
 * with `residual`, of residual blocks in its encoder. Layers are named by the keys of PyTorch's
 * `dynamic-network-architectures`. The coarsest of the decoder's outputs, which nnU-Net gives no weight in training, is
 * kept for the weight files, unused; so are, without `deepSupervision`, all but the finest.
 *
 * Sources: Isensee et al., Nature Methods 2021; with residual encoders, Isensee et al., MICCAI 2024.
 *
 * @throws RangeError for a plan that makes no network
 */
export function nnUNet(options: NNUNetOptions): LayersModel {
  const { classes = 2, seed = 0, residual = false, deepSupervision = true } = options;
  const { patchSize = [256, 256], plan = nnUNetPlan(patchSize) } = options;
  const stages = stagesOf(plan, residual);
  const multiple = [0, 1].map((axis) =>
    stages.reduce((product, { stride }) => product * stride[axis]!, 1),
  ) as [number, number];
  const name = residual ? 'nnunet-resenc' : 'nnunet-2d';
  return withinPadding(name, options, leastCommon(...multiple), (image) => {
    const blocks = new Blocks(seed);
    const skips = residual ? blocks.residualEncoder(image, stages) : blocks.encoder(image, stages);
    let x = skips.at(-1)!;
    const outputs: SymbolicTensor[] = [];
    for (const [level, stage] of stages.slice(0, -1).reverse().entries()) {
      const { stride } = stages[stages.length - 1 - level]!;
      const up = blocks.transposed(x, `decoder.transpconvs.${level}`, stage.features, stride);
      const join = layers.concatenate({ name: `decoder.concat.${level}` });
      const skip = skips[stages.length - 2 - level]!;
      x = join.apply([up, skip]) as SymbolicTensor;
      x = blocks.stack(x, `decoder.stages.${level}`, {
        ...stage,
        depth: stage.decoderDepth,
        stride: [1, 1],
      });
      const head = `decoder.seg_layers.${level}`;
      const isFinest = level === stages.length - 2;
      if (isFinest || (deepSupervision && level > 0)) {
        const isFull = isFinest && stage.stride.every((one) => one === 1);
        outputs.unshift(blocks.head(x, head, { classes, image, isFull }));
      } else {
        const shapes = { kernel: [1, 1, stage.features, classes], bias: [classes] };
        x = new UnusedParameters({ name: head, shapes }).apply(x) as SymbolicTensor;
      }
    }
    return outputs;
  });
}

interface Unit {
  readonly features: number;
  readonly kernelSize: readonly [number, number];
  readonly stride?: readonly [number, number];
  readonly useBias?: boolean;
  /** Whether a leaky ReLU follows. @default true */
  readonly activated?: boolean;
  /** Whether the normalisation's factors begin at zero. @default false */
  readonly silent?: boolean;
}

/** The pieces of the networks, with their first weights. */
class Blocks {
  readonly #seed: number;

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** Stages of convolutions, the first of each with its stride. */
  encoder(image: SymbolicTensor, stages: readonly NNUNetStage[]): readonly SymbolicTensor[] {
    let x = image;
    return stages.map((stage, i) => {
      x = this.stack(x, `encoder.stages.${i}.0`, stage);
      return x;
    });
  }

  /** A convolution, and stages of residual blocks, the first of each with its stride. */
  residualEncoder(
    image: SymbolicTensor,
    stages: readonly NNUNetStage[],
  ): readonly SymbolicTensor[] {
    const [{ features, kernelSize }] = stages as readonly [NNUNetStage, ...NNUNetStage[]];
    let x = this.stack(image, 'encoder.stem', {
      ...{ features, kernelSize, depth: 1, stride: [1, 1] },
    });
    return stages.map((stage, i) => {
      for (let block = 0; block < stage.depth; block++) {
        const stride = block === 0 ? stage.stride : ([1, 1] as const);
        x = this.#residual(x, `encoder.stages.${i}.blocks.${block}`, { ...stage, stride });
      }
      return x;
    });
  }

  /** Convolutions one after the other. */
  stack(
    x: SymbolicTensor,
    key: string,
    { depth, stride, ...unit }: Unit & Pick<NNUNetStage, 'depth' | 'stride'>,
  ): SymbolicTensor {
    let y = x;
    for (let i = 0; i < depth; i++) {
      y = this.#unit(y, `${key}.convs.${i}`, { ...unit, stride: i === 0 ? stride : [1, 1] });
    }
    return y;
  }

  transposed(
    x: SymbolicTensor,
    name: string,
    filters: number,
    strides: readonly [number, number],
  ): SymbolicTensor {
    const kernelInitializer = this.#kernel(name);
    const layer = new Conv2DTranspose({
      ...{ name, filters, kernelSize: strides, strides, kernelInitializer },
    });
    return layer.apply(x) as SymbolicTensor;
  }

  /** Logits at the size of the image, which the map may have by itself. */
  head(
    x: SymbolicTensor,
    name: string,
    { classes, image, isFull }: { classes: number; image: SymbolicTensor; isFull: boolean },
  ): SymbolicTensor {
    const kernelInitializer = this.#kernel(name);
    const args = { name, filters: classes, kernelSize: 1, useBias: true, kernelInitializer };
    const logits = new Conv2D(args).apply(x) as SymbolicTensor;
    if (isFull) return logits;
    const resize = new ResizeToMatch({ name: `${name}.resize` });
    return resize.apply([logits, image]) as SymbolicTensor;
  }

  #residual(
    x: SymbolicTensor,
    key: string,
    { features, kernelSize, stride }: NNUNetStage,
  ): SymbolicTensor {
    const unit = { features, kernelSize };
    const first = this.#unit(x, `${key}.conv1`, { ...unit, stride });
    const second = this.#unit(first, `${key}.conv2`, { ...unit, activated: false, silent: true });
    let skip = x;
    let part = 0;
    if (stride.some((one) => one > 1)) {
      const pool = new AveragePool2D({ name: `${key}.skip.${part++}`, poolSize: stride });
      skip = pool.apply(x) as SymbolicTensor;
    }
    if (x.shape.at(-1) !== features) {
      skip = this.#unit(skip, `${key}.skip.${part}`, {
        ...{ features, kernelSize: [1, 1], useBias: false, activated: false },
      });
    }
    const sum = layers.add({ name: `${key}.add` }).apply([second, skip]);
    return layers.leakyReLU({ name: `${key}.nonlin2`, alpha: slope }).apply(sum) as SymbolicTensor;
  }

  /** A convolution, an instance normalisation and, if asked for, a leaky ReLU. */
  #unit(x: SymbolicTensor, key: string, unit: Unit): SymbolicTensor {
    const { features, kernelSize, stride = [1, 1], useBias = true } = unit;
    const { activated = true, silent = false } = unit;
    const [rows, columns] = kernelSize.map((side) => (side - 1) / 2) as [number, number];
    const y = new Conv2D({
      ...{ name: `${key}.conv`, filters: features, kernelSize, strides: stride, useBias },
      padding: [rows, rows, columns, columns],
      kernelInitializer: this.#kernel(`${key}.conv`),
    }).apply(x);
    const normal = new InstanceNormalization({
      name: `${key}.norm`,
      ...(silent && { gammaInitializer: initializers.zeros() }),
    }).apply(y);
    if (!activated) return normal as SymbolicTensor;
    return layers
      .leakyReLU({ name: `${key}.nonlin`, alpha: slope })
      .apply(normal) as SymbolicTensor;
  }

  #kernel(name: string): Kaiming {
    return new Kaiming({
      gain: Math.sqrt(2 / (1 + slope ** 2)),
      seed: deriveSeed(this.#seed, name),
    });
  }
}

function leastCommon(a: number, b: number): number {
  const divisor = (x: number, y: number): number => (y === 0 ? x : divisor(y, x % y));
  return (a * b) / divisor(a, b);
}
