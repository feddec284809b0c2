import {
  Conv2DTranspose,
  convBatchNorm,
  deriveSeed,
  doubleConvolution,
  Kaiming,
  recurrentResidual,
  UpsampleNearest,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import type { DecoderSpec, Feature } from '../contract/decoder-spec.ts';
import { decoderWithMaps } from '../contract/decoder-with-maps.ts';
import { segmentationHead } from '../parts/segmentation-head.ts';

/** Options of {@link plainUNet}. */
export interface PlainUNetOptions {
  /** `double`: two convolutions; `recurrent`: two recurrent ones with a residual, of R2U-Net. @default 'double' */
  readonly block?: 'double' | 'recurrent';
  /**
   * The way to the next finer map: `transposed`, a transposed convolution as large as its stride;
   * `nearest`, repeated pixels, a 3×3 convolution, batch normalisation and ReLU. @default 'transposed'
   */
  readonly upsampling?: 'transposed' | 'nearest';
}

/**
 * The expanding path of the plain U-Nets: from the deepest map up, upsampling to the next finer map
 * and to its channels, concatenation with it, and a block of convolutions; 1×1 head. Where the finest
 * map is coarser than the image, the logits are resized bilinearly with aligned corners.
 *
 * Sources: Ronneberger et al., MICCAI 2015; Alom et al., arXiv 1802.06955.
 */
export function plainUNet({
  block = 'double',
  upsampling = 'transposed',
}: PlainUNetOptions = {}): DecoderSpec {
  const up = upsampling === 'transposed' ? upConvolution : upsampleAndConvolve;
  const convolutions = block === 'double' ? doubleConvolution : recurrentResidual;
  return decoderWithMaps({
    outputStride: 32,
    decode: (features, { classes, seed }) => {
      const [deepest, ...finer] = features.filter(({ channels }) => channels > 0).toReversed();
      let { tensor: x, stride } = deepest!;
      const maps: Feature[] = [];
      for (const [i, skip] of finer.entries()) {
        const name = `decoder.blocks.${i}`;
        const options = { filters: skip.channels, seed };
        const fine = up(x, { name: `${name}.up`, scale: stride / skip.stride, ...options });
        const join = layers.concatenate({ name: `${name}.concat` });
        x = convolutions(join.apply([skip.tensor, fine]) as SymbolicTensor, { name, ...options });
        stride = skip.stride;
        maps.unshift({ tensor: x, channels: skip.channels, stride });
      }
      const head = { classes, kernelSize: 1, scale: stride, start: 'torch', seed } as const;
      return { logits: segmentationHead(x, head), maps: maps.slice(1) };
    },
  });
}

interface Up {
  readonly name: string;
  readonly filters: number;
  readonly scale: number;
  readonly seed: number;
}

function upConvolution(x: SymbolicTensor, { name, filters, scale, seed }: Up): SymbolicTensor {
  return new Conv2DTranspose({
    name,
    filters,
    kernelSize: scale,
    strides: scale,
    kernelInitializer: new Kaiming({ mode: 'fanOut', gain: 1, seed: deriveSeed(seed, name) }),
  }).apply(x) as SymbolicTensor;
}

function upsampleAndConvolve(x: SymbolicTensor, { name, filters, scale, seed }: Up) {
  const upsample = new UpsampleNearest({ name: `${name}.upsample`, scale });
  return convBatchNorm(scale === 1 ? x : (upsample.apply(x) as SymbolicTensor), {
    convolution: `${name}.conv`,
    batchNormalization: `${name}.bn`,
    relu: `${name}.relu`,
    filters,
    kernelSize: 3,
    useBias: true,
    seed,
  });
}
