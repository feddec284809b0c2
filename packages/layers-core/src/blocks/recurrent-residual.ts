import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { deriveSeed } from '../initializers/derive-seed.ts';
import { Kaiming } from '../initializers/kaiming.ts';
import { BatchNormalization } from '../layers/batch-normalization.ts';
import { Conv2D } from '../layers/conv2d.ts';
import { ReLU } from '../layers/relu.ts';

/** Options of {@link recurrentResidual}. */
export interface RecurrentResidualOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  /** How often each recurrent convolution takes in its own result. @default 2 */
  readonly steps?: number;
  /** Of both recurrent convolutions. @default [1, 1] */
  readonly dilations?: readonly [number, number];
  /** The network's seed. */
  readonly seed: number;
}

/**
 * What R2U-Net is made of: a 1×1 convolution, two recurrent convolutions after one another, and the
 * sum of both. A recurrent convolution is one 3×3 convolution with batch normalisation and ReLU,
 * applied to its input, and then `steps` times to the sum of its input and its last result. All
 * convolutions have biases, which start at zero.
 *
 * Source: Alom et al., arXiv 1802.06955.
 */
export function recurrentResidual(
  x: SymbolicTensor,
  { name, filters, steps = 2, dilations = [1, 1], seed }: RecurrentResidualOptions,
): SymbolicTensor {
  const convolution = (key: string, kernelSize: number, dilation: number) =>
    new Conv2D({
      name: key,
      filters,
      kernelSize,
      dilations: dilation,
      padding: Math.floor(kernelSize / 2) * dilation,
      useBias: true,
      kernelInitializer: new Kaiming({ seed: deriveSeed(seed, key) }),
    });
  const add = (key: string, ...terms: SymbolicTensor[]) =>
    layers.add({ name: key }).apply(terms) as SymbolicTensor;
  const recurrent = (input: SymbolicTensor, key: string, dilation: number) => {
    const shared = [
      convolution(`${key}.conv`, 3, dilation),
      new BatchNormalization({ name: `${key}.bn` }),
      new ReLU({ name: `${key}.relu` }),
    ];
    const pass = (first: SymbolicTensor) =>
      shared.reduce((y, layer) => layer.apply(y) as SymbolicTensor, first);
    let y = pass(input);
    for (let step = 1; step <= steps; step++) {
      y = pass(add(`${key}.add${step}`, input, y));
      // TensorFlow.js counts a reference for each run of a layer, and a model gives back one only.
      for (const layer of shared) layer.dispose();
    }
    return y;
  };
  const entry = convolution(`${name}.entry`, 1, 1).apply(x) as SymbolicTensor;
  const y = dilations.reduce(
    (z, dilation, i) => recurrent(z, `${name}.recurrent${i + 1}`, dilation),
    entry,
  );
  return add(`${name}.add`, entry, y);
}
