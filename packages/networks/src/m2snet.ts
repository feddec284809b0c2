import { createEncoder, encoders } from '@sts-net/backbones';
import {
  BatchNormalization,
  Conv2D,
  convBatchNorm,
  deriveSeed,
  Kaiming,
  MaxPool2D,
  ReLU,
  ResizeToMatch,
  UnusedParameters,
} from '@sts-net/layers-core';
import type { LayersModel, SymbolicTensor } from '@tensorflow/tfjs-layers';
import { AbsoluteDifference } from './layers/absolute-difference.ts';
import { After } from './layers/after.ts';
import { BoxSum } from './layers/box-sum.ts';
import type { NetworkOptions } from './network-options.ts';
import { sum } from './parts/merge.ts';
import { withinPadding } from './within-padding.ts';

/** PyTorch's default for kernels, ±1/√fanIn. */
const torchDefault = { distribution: 'uniform', gain: 1 / Math.sqrt(3) } as const;

/**
 * M²SNet: differences between neighbouring levels of a Res2Net, and of these again, taken at three scales by
 * filters of ones, and a decoder that adds them up. One output, 64 channels in all of the decoder. The encoder's
 * classifier is kept for the weight files, unused. In training the two normalisations that all differences share
 * take in the batch twenty times, in the order of the authors' code.
 *
 * Source: Zhao et al., arXiv 2303.10894; the network of Zhao et al., MICCAI 2021, with multi-scale differences.
 */
export function m2SNet({ classes = 2, inputShape, seed = 0 }: NetworkOptions): LayersModel {
  return withinPadding('m2snet', { inputShape }, 32, (image) => {
    const encoder = { input: image, seed, name: 'resnet' };
    const { features } = createEncoder(encoders.res2net50_v1b, encoder);
    const [stem, x2, x3, x4, deepest] = features.map(({ tensor }) => tensor) as Five;
    const fc = { weight: [1000, 2048], bias: [1000] };
    const unused = new UnusedParameters({ name: 'resnet.fc', shapes: fc });
    const x5 = unused.apply(deepest) as SymbolicTensor;
    const parts = new Parts(seed);
    const { unit } = parts;
    // The stem as the encoder's first layer gets it.
    const pool = { name: 'x1.pool', poolSize: 3, strides: 2, padding: 1 };
    const d1 = new MaxPool2D(pool).apply(stem) as SymbolicTensor;
    const [d5, d4] = [unit(x5, 'x5_dem_1'), unit(x4, 'x4_dem_1')];
    const [d3, d2] = [unit(x3, 'x3_dem_1'), unit(x2, 'x2_dem_1')];
    const s54 = parts.difference(d5, d4, 'x5_x4');
    const s43 = parts.difference(d4, d3, 'x4_x3');
    const s32 = parts.difference(d3, d2, 'x3_x2');
    const s21 = parts.difference(d2, d1, 'x2_x1');
    const s543 = parts.difference(s54, s43, 'x5_x4_x3');
    const s432 = parts.difference(s43, s32, 'x4_x3_x2');
    const s321 = parts.difference(s32, s21, 'x3_x2_x1');
    const s5432 = parts.difference(s543, s432, 'x5_x4_x3_x2');
    const s4321 = parts.difference(s432, s321, 'x4_x3_x2_x1');
    const s54321 = parts.difference(unit(s5432, 'x5_dem_4'), s4321, 'x5_x4_x3_x2_x1');
    const level3 = unit(sum('level3.add', s43, s543), 'level3');
    const level2 = unit(sum('level2.add', s32, s432, s5432), 'level2');
    const level1 = unit(sum('level1.add', s21, s321, s4321, s54321), 'level1');
    const joined = (x: SymbolicTensor, level: SymbolicTensor, name: string) =>
      sum(`${name}.add`, resize(x, level, `${name}.resize`), level);
    const o4 = unit(joined(unit(x5, 'x5_dem_5'), s54, 'output4'), 'output4');
    const o3 = unit(joined(o4, level3, 'output3'), 'output3');
    const o2 = unit(joined(o3, level2, 'output2'), 'output2');
    const head = parts.convolution('output1.0', classes).apply(joined(o2, level1, 'output1'));
    return resize(head as SymbolicTensor, image, 'resize');
  });
}

type Five = [SymbolicTensor, SymbolicTensor, SymbolicTensor, SymbolicTensor, SymbolicTensor];

/** The pieces of the decoder; the filters of ones and their normalisations are the same in all differences. */
class Parts {
  readonly #seed: number;
  readonly #scales = [3, 5].map((size) => ({
    size,
    normalization: new BatchNormalization({ name: `conv_${size}.norm` }),
    /** What it gave the last time. */
    last: undefined as SymbolicTensor | undefined,
  }));

  constructor(seed: number) {
    this.#seed = seed;
  }

  /** A 3×3 convolution to 64 channels, normalisation and ReLU. */
  readonly unit = (x: SymbolicTensor, key: string): SymbolicTensor =>
    convBatchNorm(x, {
      ...{ convolution: `${key}.0`, batchNormalization: `${key}.1`, relu: `${key}.2` },
      ...{ filters: 64, kernelSize: 3, useBias: true, kernel: torchDefault, seed: this.#seed },
    });

  convolution(name: string, filters: number): Conv2D {
    const kernel = new Kaiming({ ...torchDefault, seed: deriveSeed(this.#seed, name) });
    const args = { name, filters, kernelSize: 3, padding: 1, useBias: true };
    return new Conv2D({ ...args, kernelInitializer: kernel });
  }

  /** The multi-scale subtraction unit of two levels, the coarser one first. */
  difference(coarse: SymbolicTensor, fine: SymbolicTensor, key: string): SymbolicTensor {
    const up = resize(coarse, fine, `${key}.resize`);
    const distance = (a: SymbolicTensor, b: SymbolicTensor, scale: number) =>
      new AbsoluteDifference({ name: `${key}.difference.${scale}` }).apply([
        a,
        b,
      ]) as SymbolicTensor;
    const distances = this.#scales.map((scale) => {
      const { size, normalization } = scale;
      const [a, b] = [up, fine].map((x, i) => {
        const after = new After({ name: `${key}.after.${size}.${i}` });
        const next = scale.last === undefined ? x : after.apply([x, scale.last]);
        const box = new BoxSum({ name: `${key}.box.${size}.${i}`, size }).apply(next);
        scale.last = normalization.apply(box) as SymbolicTensor;
        const relu = new ReLU({ name: `${key}.relu.${size}.${i}` });
        return relu.apply(scale.last) as SymbolicTensor;
      }) as [SymbolicTensor, SymbolicTensor];
      return distance(a, b, size);
    });
    return this.unit(sum(`${key}.add`, distance(up, fine, 1), ...distances), key);
  }
}

function resize(x: SymbolicTensor, like: SymbolicTensor, name: string): SymbolicTensor {
  const layer = new ResizeToMatch({ name, halfPixelCenters: true });
  return layer.apply([x, like]) as SymbolicTensor;
}
