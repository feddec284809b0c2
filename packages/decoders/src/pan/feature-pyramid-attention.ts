import { Broadcast, GlobalAveragePool, MaxPool2D, ResizeToMatch } from '@sts-net/layers-core';
import { layers, type SymbolicTensor } from '@tensorflow/tfjs-layers';
import { convUnit } from './conv-unit.ts';

/**
 * Weighs a 1×1 convolution of `x` by one map, made of `x` pooled to a half, a quarter and an eighth
 * and brought back together, and adds the image's mean.
 */
export function featurePyramidAttention(
  x: SymbolicTensor,
  filters: number,
  seed: number,
): SymbolicTensor {
  const full = (key: string) => `decoder.fpa.${key}`;
  const unit = (input: SymbolicTensor, key: string, kernelSize: number, count = 1) =>
    convUnit(input, { name: full(key), filters: count, kernelSize, seed });
  const half = (input: SymbolicTensor, key: string) =>
    new MaxPool2D({ name: full(`${key}.0`), poolSize: 2 }).apply(input) as SymbolicTensor;
  const resized = (input: SymbolicTensor, reference: SymbolicTensor, key: string) =>
    new ResizeToMatch({ name: full(key) }).apply([input, reference]) as SymbolicTensor;
  const add = (a: SymbolicTensor, b: SymbolicTensor, key: string) =>
    layers.add({ name: full(key) }).apply([a, b]) as SymbolicTensor;

  const mean = new GlobalAveragePool({ name: full('branch1.0') }).apply(x) as SymbolicTensor;
  const spread = new Broadcast({ name: full('branch1.broadcast') });
  const image = spread.apply([unit(mean, 'branch1.1', 1, filters), x]) as SymbolicTensor;
  const middle = unit(x, 'mid.0', 1, filters);

  const second = unit(half(x, 'down1'), 'down1.1', 7);
  const fourth = unit(half(second, 'down2'), 'down2.1', 5);
  const eighth = unit(unit(half(fourth, 'down3'), 'down3.1', 3), 'down3.2', 3);
  const atFourth = add(unit(fourth, 'conv2', 5), resized(eighth, fourth, 'up3'), 'add2');
  const atSecond = add(unit(second, 'conv1', 7), resized(atFourth, second, 'up2'), 'add1');
  const weight = resized(atSecond, x, 'up1');
  const weighted = layers.multiply({ name: full('multiply') }).apply([weight, middle]);
  return add(weighted as SymbolicTensor, image, 'add0');
}
