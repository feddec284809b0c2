import { GlobalAveragePool, ResizeToMatch } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convUnit } from './conv-unit.ts';

/** Options of {@link globalAttentionUpsample}. */
export interface GlobalAttentionUpsampleOptions {
  /** Prefix of all layer names. */
  readonly name: string;
  readonly filters: number;
  /** How much finer `skip` is than `deep`. */
  readonly scale: number;
  /** The network's seed. */
  readonly seed: number;
}

/** The deeper map resized, plus the finer one with its channels weighed by the deeper one's means. */
export function globalAttentionUpsample(
  deep: SymbolicTensor,
  skip: SymbolicTensor,
  { name, filters, scale, seed }: GlobalAttentionUpsampleOptions,
): SymbolicTensor {
  const fine = convUnit(skip, { name: `${name}.conv2`, filters, kernelSize: 3, seed });
  const mean = new GlobalAveragePool({ name: `${name}.conv1.0` }).apply(deep) as SymbolicTensor;
  const weight = convUnit(mean, {
    name: `${name}.conv1.1`,
    filters,
    kernelSize: 1,
    relu: false,
    seed,
  });
  const gate = layers.activation({ name: `${name}.conv1.2`, activation: 'sigmoid' }).apply(weight);
  const weighted = layers.multiply({ name: `${name}.multiply` });
  const guided = weighted.apply([fine, gate as SymbolicTensor]) as SymbolicTensor;
  const up =
    scale === 1
      ? deep
      : (new ResizeToMatch({ name: `${name}.up` }).apply([deep, fine]) as SymbolicTensor);
  return layers.add({ name: `${name}.add` }).apply([up, guided]) as SymbolicTensor;
}
