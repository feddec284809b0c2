import {
  BatchNormalization,
  deriveSeed,
  MaxPool2D,
  ReLU,
  UnusedParameters,
} from '@sts-net/layers-core';
import * as tf from '@tensorflow/tfjs-core';
import type { SymbolicTensor } from '@tensorflow/tfjs-layers';
import { AbsoluteDifference } from '../layers/absolute-difference.ts';
import { NonLocal } from '../layers/non-local.ts';
import { convolution, convolutionLayer } from '../parts/convolution.ts';
import { join, sum } from '../parts/merge.ts';
import { UMNetSE } from './attention.ts';
import { resize, unit } from './parts.ts';

/** Options of {@link localGlobal}. */
export interface LocalGlobalOptions {
  /** Prefix of all layer names. */
  readonly key: string;
  /** Of its three convolutions one after the other. */
  readonly dilations: readonly [number, number, number];
  /** How many maps it gives. */
  readonly heads: number;
  /** Maps of the next coarser level, one for each of the first heads; none at the coarsest. */
  readonly received: readonly SymbolicTensor[];
  /** The network's seed. */
  readonly seed: number;
}

/**
 * The adaptive local-global module: what is far in one branch, what is near at three dilations in others, and
 * heads of 64 channels on them, each with what sets it apart from the coarser level's, seen by one convolution
 * that all heads share.
 */
export function localGlobal(
  input: SymbolicTensor,
  { key, dilations, heads, received, seed }: LocalGlobalOptions,
): readonly SymbolicTensor[] {
  let x = unit(input, `${key}.conv1`, { filters: 16, seed });
  if (received.length === 0) x = withoutCascade(x, key);
  const far = nonLocal(x, `${key}.LGmodule.0`, seed);
  const near: SymbolicTensor[] = [];
  for (const [i, dilation] of dilations.entries()) {
    const name = `${key}.LGmodule.${i + 1}`;
    const seen = i === 0 ? x : join(`${name}.concat`, x, ...near);
    near.push(unit(seen, name, { filters: 16, dilation, seed }));
  }
  const all = join(`${key}.concat`, far, ...near);
  const own = Array.from({ length: heads }, (_, i) => {
    const name = `${key}.LGoutmodel.${i}`;
    const gate = new UMNetSE({ name: `${name}.0`, seed: deriveSeed(seed, `${name}.0`) });
    return unit(gate.apply(all) as SymbolicTensor, name, { filters: 64, index: 1, seed });
  });
  if (received.length === 0) return own;
  const shared = convolutionLayer(64, { name: `${key}.conv2.0`, filters: 64, useBias: true, seed });
  const normalization = new BatchNormalization({ name: `${key}.conv2.1` });
  return own.map((map, i) => {
    const name = `${key}.cascade.${i}`;
    const coarse = resize(received[i]!, map, `${name}.resize`);
    const difference = new AbsoluteDifference({ name: `${name}.difference` });
    const normal = normalization.apply(shared.apply(difference.apply([coarse, map])));
    const seen = new ReLU({ name: `${name}.relu` }).apply(normal) as SymbolicTensor;
    return sum(`${name}.add`, map, seen);
  });
}

/** The coarsest level has the shared convolution too, and nothing to use it on. */
function withoutCascade(x: SymbolicTensor, key: string): SymbolicTensor {
  const convolved = { weight: [64, 64, 3, 3], bias: [64] };
  const normal = { weight: [64], bias: [64], movingMean: [64], movingVariance: [64] };
  const first = new UnusedParameters({ name: `${key}.conv2.0`, shapes: convolved });
  const second = new UnusedParameters({ name: `${key}.conv2.1`, shapes: normal });
  return second.apply(first.apply(x)) as SymbolicTensor;
}

/** What each place gathers from all, pooled by 2×2; nothing at the start, when its normalisation gives zeros. */
function nonLocal(x: SymbolicTensor, key: string, seed: number): SymbolicTensor {
  const map = (name: string) =>
    convolution(x, { name: `${key}.${name}`, filters: 8, kernelSize: 1, useBias: true, seed });
  const pooled = (name: string) =>
    new MaxPool2D({ name: `${key}.${name}.1`, poolSize: 2 }).apply(
      map(`${name}.0`),
    ) as SymbolicTensor;
  const layer = new NonLocal({ name: `${key}.attention` });
  const gathered = layer.apply([map('theta'), pooled('phi'), pooled('g')]) as SymbolicTensor;
  const filters = x.shape.at(-1)!;
  const back = { name: `${key}.W.0`, filters, kernelSize: 1, useBias: true, seed };
  const normalization = new BatchNormalization({ name: `${key}.W.1` });
  const y = normalization.apply(convolution(gathered, back)) as SymbolicTensor;
  const [gamma] = normalization.weights;
  tf.tidy(() => {
    gamma!.write(tf.zeros(gamma!.shape as number[]));
  });
  return sum(`${key}.add`, y, x);
}
