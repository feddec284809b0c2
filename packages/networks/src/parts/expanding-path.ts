import {
  BatchNormalization,
  Conv2D,
  Conv2DTranspose,
  deriveSeed,
  GroupNormalization,
  Kaiming,
  ReLU,
  ResizeToMatch,
} from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { MonteCarloDropout } from '../layers/monte-carlo-dropout.ts';

/** What the parts of a stream are built with. */
export interface StreamContext {
  /** The full name of a layer. */
  readonly name: (key: string) => string;
  readonly seed: number;
  /** Rate of dropout that prediction has too; none where undefined, which shifts some names. */
  readonly monteCarlo?: number | undefined;
}

/** Options of {@link expandingPath}. */
export interface ExpandingPathOptions {
  /** Channels of each block, the coarsest first. */
  readonly filters: readonly number[];
  readonly classes: number;
}

/** PyTorch's default, ±1/√fanIn. */
const torchDefault = { distribution: 'uniform', gain: 1 / Math.sqrt(3) } as const;

/**
 * From four maps, each half as large as the one before, up to logits at the size of the image: transposed
 * convolutions, the finer map before what comes from below, and blocks of two convolutions with a 1×1
 * convolution beside them.
 */
export function expandingPath(
  maps: readonly SymbolicTensor[],
  image: SymbolicTensor,
  context: StreamContext,
  { filters, classes }: ExpandingPathOptions,
): SymbolicTensor {
  const { name } = context;
  const [deepest, ...finer] = maps.toReversed() as [SymbolicTensor, ...SymbolicTensor[]];
  let x = deepest;
  for (const [i, count] of filters.entries()) {
    x = block(x, finer[i], context, { key: `up${filters.length - i}`, filters: count });
  }
  const logits = convolve(x, context, 'out_conv1.conv', { filters: classes, kernelSize: 1 });
  return new ResizeToMatch({ name: name('resize') }).apply([logits, image]) as SymbolicTensor;
}

function block(
  x: SymbolicTensor,
  skip: SymbolicTensor | undefined,
  context: StreamContext,
  { key, filters }: { readonly key: string; readonly filters: number },
): SymbolicTensor {
  const { name, seed, monteCarlo } = context;
  const up = name(`${key}.up`);
  const transposed = new Conv2DTranspose({
    ...{ name: up, filters: x.shape.at(-1)!, kernelSize: 2, strides: 2 },
    kernelInitializer: new Kaiming({ ...torchDefault, seed: deriveSeed(seed, up) }),
  }).apply(x) as SymbolicTensor;
  const join = layers.concatenate({ name: name(`${key}.concat`) });
  const joined =
    skip === undefined ? transposed : (join.apply([skip, transposed]) as SymbolicTensor);
  const normalize = (input: SymbolicTensor, part: number) =>
    new BatchNormalization({ name: name(`${key}.conv.conv.${part}`) }).apply(input);
  // Dropout has a number among the layers.
  const second = monteCarlo === undefined ? 3 : 4;
  const first = convolve(joined, context, `${key}.conv.conv.0`, { filters, kernelSize: 3 });
  const bent = new ReLU({ name: name(`${key}.conv.conv.2`) }).apply(normalize(first, 1));
  const kept = drop(bent as SymbolicTensor, context, `${key}.conv.conv.3.dropout`);
  const last = convolve(kept, context, `${key}.conv.conv.${second}`, { filters, kernelSize: 3 });
  const main = normalize(last, second + 1);
  const side = convolve(joined, context, `${key}.res_conv.0`, {
    ...{ filters, kernelSize: 1, useBias: false },
  });
  const groups = Math.min(32, filters);
  const norm = { name: name(`${key}.res_conv.1`), groups };
  const beside = new GroupNormalization(norm).apply(side);
  const sum = layers
    .add({ name: name(`${key}.add`) })
    .apply([beside as SymbolicTensor, main as SymbolicTensor]);
  return new ReLU({ name: name(`${key}.relu`) }).apply(sum) as SymbolicTensor;
}

/** Dropout that prediction has too, where the context asks for it. */
export function drop(
  x: SymbolicTensor,
  { name, seed, monteCarlo: rate }: StreamContext,
  key: string,
): SymbolicTensor {
  if (rate === undefined) return x;
  const args = { name: name(key), rate, seed: deriveSeed(seed, name(key)) };
  return new MonteCarloDropout(args).apply(x) as SymbolicTensor;
}

interface Convolution {
  readonly filters: number;
  readonly kernelSize: number;
  /** @default true */
  readonly useBias?: boolean;
}

function convolve(
  x: SymbolicTensor,
  { name, seed }: StreamContext,
  key: string,
  { filters, kernelSize, useBias = true }: Convolution,
): SymbolicTensor {
  const kernelInitializer = new Kaiming({ ...torchDefault, seed: deriveSeed(seed, name(key)) });
  return new Conv2D({
    ...{ name: name(key), filters, kernelSize, useBias, kernelInitializer },
    padding: Math.floor(kernelSize / 2),
  }).apply(x) as SymbolicTensor;
}
