import { GlobalAveragePool, ReLU } from '@sts-net/layers-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { GridMaxPool } from '../layers/grid-max-pool.ts';
import { PooledMean } from '../layers/pooled-mean.ts';
import { SigmoidGate } from '../layers/sigmoid-gate.ts';
import { convolution } from '../parts/convolution.ts';
import { join } from '../parts/merge.ts';
import { resize, unit } from './parts.ts';

/**
 * Three maps of 64 channels, the finest first, joined at its size, and their channels weighed by their means and
 * by what is largest in the cells of two grids: `[batch, height, width, 64]`, height and width multiples of 8.
 */
export function pooledPyramid(
  [fine, middle, coarse]: readonly [SymbolicTensor, SymbolicTensor, SymbolicTensor],
  { key, floor, seed }: { readonly key: string; readonly floor: boolean; readonly seed: number },
): SymbolicTensor {
  const sized = [middle, coarse].map((x, i) => resize(x, fine, `${key}.resize.${i}`));
  const all = join(`${key}.concat`, fine, ...sized);
  const channels = all.shape.at(-1)!;
  const relu = (x: SymbolicTensor, name: string) =>
    new ReLU({ name: `${key}.${name}` }).apply(x) as SymbolicTensor;
  const narrowed = (x: SymbolicTensor, name: string, filters: number) =>
    convolution(x, { name: `${key}.${name}`, filters, kernelSize: 1, useBias: true, seed });
  // As many numbers in each as there are channels.
  const cells = (size: number, name: string) => {
    const pool = new GridMaxPool({ name: `${key}.pool.${size}`, size });
    const pooled = narrowed(pool.apply(all) as SymbolicTensor, `${name}.0`, channels / size ** 2);
    return relu(pooled, `${name}.1`);
  };
  const mean = new GlobalAveragePool({ name: `${key}.mean` }).apply(all) as SymbolicTensor;
  const pools = [mean, cells(4, 'conv1'), cells(8, 'conv2')];
  const pooled = new PooledMean({ name: `${key}.pooled`, floor }).apply(pools) as SymbolicTensor;
  const hidden = relu(narrowed(pooled, 'mlp.0', channels / 8), 'mlp.1');
  const gate = new SigmoidGate({ name: `${key}.gate` });
  const weighed = gate.apply([narrowed(hidden, 'mlp.2', channels), all]) as SymbolicTensor;
  return unit(weighed, `${key}.feat_conv`, { filters: 64, seed });
}
