import { ResizeBilinear } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convolution } from '../parts/convolution.ts';
import { join } from '../parts/merge.ts';

/**
 * The partial decoder: three maps of 32 channels, the coarsest first, each of twice the size of the one
 * before, to one logit at the size of the last. Its convolutions have neither normalisation nor activation.
 *
 * Source: Wu et al., CVPR 2019.
 */
export function partialDecoder(
  [x1, x2, x3]: readonly [SymbolicTensor, SymbolicTensor, SymbolicTensor],
  key: string,
  seed: number,
): SymbolicTensor {
  const convolve = (x: SymbolicTensor, name: string) => {
    const filters = x.shape.at(-1)!;
    return convolution(x, { name: `${key}.${name}.conv`, filters, seed });
  };
  const up = (x: SymbolicTensor, name: string) => {
    const resize = { name: `${key}.${name}`, scale: 2, alignCorners: true };
    return new ResizeBilinear(resize).apply(x) as SymbolicTensor;
  };
  const product = (name: string, ...factors: SymbolicTensor[]) =>
    layers.multiply({ name: `${key}.${name}` }).apply(factors) as SymbolicTensor;
  const up1 = up(x1, 'up1');
  const p2 = product('multiply2', convolve(up1, 'conv_upsample1'), x2);
  const twice = convolve(up(up1, 'up1.up'), 'conv_upsample2');
  const p3 = product('multiply3', twice, convolve(up(x2, 'up2'), 'conv_upsample3'), x3);
  const q2 = convolve(join(`${key}.concat2`, p2, convolve(up1, 'conv_upsample4')), 'conv_concat2');
  const fine = convolve(up(q2, 'up3'), 'conv_upsample5');
  const q3 = convolve(convolve(join(`${key}.concat3`, p3, fine), 'conv_concat3'), 'conv4');
  const head = { name: `${key}.conv5`, filters: 1, kernelSize: 1, useBias: true, seed };
  return convolution(q3, head);
}
