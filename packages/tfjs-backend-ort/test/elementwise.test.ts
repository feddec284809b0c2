import * as tf from '@tensorflow/tfjs-core';
import { describe } from 'vitest';
import { positive, random, sameAsCpu, truth, whole } from './against-cpu.ts';

describe('functions of one tensor', () => {
  const functions: [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['abs', tf.abs],
    ['acos', tf.acos],
    ['asin', tf.asin],
    ['asinh', tf.asinh],
    ['atan', tf.atan],
    ['atanh', tf.atanh],
    ['ceil', tf.ceil],
    ['clipByValue', (x) => tf.clipByValue(x, -0.5, 0.25)],
    ['cos', tf.cos],
    ['cosh', tf.cosh],
    ['elu', tf.elu],
    ['erf', tf.erf],
    ['exp', tf.exp],
    ['expm1', tf.expm1],
    ['floor', tf.floor],
    ['leakyRelu', (x) => tf.leakyRelu(x, 0.3)],
    ['neg', tf.neg],
    ['reciprocal', tf.reciprocal],
    ['relu', tf.relu],
    ['relu6', (x) => tf.relu6(tf.mul(x, 10))],
    ['round', (x) => tf.round(tf.mul(x, 5))],
    ['selu', tf.selu],
    ['sigmoid', tf.sigmoid],
    ['sign', tf.sign],
    ['sin', tf.sin],
    ['sinh', tf.sinh],
    ['softplus', tf.softplus],
    ['square', tf.square],
    ['step', (x) => tf.step(x, 0.1)],
    ['tan', tf.tan],
    ['tanh', tf.tanh],
  ];
  for (const [name, apply] of functions) {
    sameAsCpu(name, () => [apply(random([2, 3, 4])), apply(random([])), apply(random([7]))]);
  }
  const ofPositive: [string, (x: tf.Tensor) => tf.Tensor][] = [
    ['acosh', (x) => tf.acosh(tf.add(x, 1))],
    ['log', tf.log],
    ['log1p', tf.log1p],
    ['rsqrt', tf.rsqrt],
    ['sqrt', tf.sqrt],
  ];
  for (const [name, apply] of ofPositive) sameAsCpu(name, () => apply(positive([3, 5])));
  const special = () => tf.tensor1d([Number.NaN, Infinity, -Infinity, 0, 1]);
  sameAsCpu('not-numbers', () => [
    tf.isNaN(special()),
    tf.isInf(special()),
    tf.isFinite(special()),
    tf.relu(special()),
    tf.step(special()),
  ]);
  sameAsCpu('whole numbers', () => [
    tf.abs(whole([5])),
    tf.neg(whole([5])),
    tf.sign(whole([5])),
    tf.square(whole([5])),
    tf.relu(whole([5])),
    tf.exp(whole([5])),
    tf.clipByValue(whole([5]), -1, 2),
  ]);
  sameAsCpu('logicalNot', () => tf.logicalNot(truth([6])));
  sameAsCpu('casts', () => [
    tf.cast(tf.tensor1d([-1.7, -0.2, 0, 0.9, 2.5]), 'int32'),
    tf.cast(tf.tensor1d([-1.7, -0.2, 0, 0.9, 2.5]), 'bool'),
    tf.cast(whole([5]), 'bool'),
    tf.cast(whole([5]), 'float32'),
    tf.cast(truth([5]), 'int32'),
    tf.cast(truth([5]), 'float32'),
  ]);
});

describe('functions of two tensors', () => {
  const shapes: [number[], number[]][] = [
    [
      [2, 3, 4],
      [2, 3, 4],
    ],
    [[2, 3, 4], [4]],
    [[2, 3, 4], []],
    [[], [2, 3]],
    [
      [3, 1],
      [2, 1, 4],
    ],
  ];
  const functions: [string, (a: tf.Tensor, b: tf.Tensor) => tf.Tensor][] = [
    ['add', tf.add],
    ['sub', tf.sub],
    ['mul', tf.mul],
    ['div', tf.div],
    ['floorDiv', tf.floorDiv],
    ['mod', tf.mod],
    ['maximum', tf.maximum],
    ['minimum', tf.minimum],
    ['squaredDifference', tf.squaredDifference],
    ['atan2', tf.atan2],
    ['equal', tf.equal],
    ['notEqual', tf.notEqual],
    ['greater', tf.greater],
    ['greaterEqual', tf.greaterEqual],
    ['less', tf.less],
    ['lessEqual', tf.lessEqual],
  ];
  for (const [name, apply] of functions) {
    sameAsCpu(name, () => shapes.map(([a, b]) => apply(random(a, 1), random(b, 2))));
    if (name === 'atan2') continue;
    const nonzero = (shape: number[]) => tf.add(tf.mul(whole(shape, 2), 2), tf.scalar(1, 'int32'));
    sameAsCpu(`${name} of whole numbers`, () =>
      shapes.map(([a, b]) => apply(whole(a, 1), nonzero(b) as tf.Tensor)),
    );
  }
  sameAsCpu('atan2 in every quadrant and on the axes', () => {
    const y = tf.tensor1d([1, 1, -1, -1, 0, 1, -1, 0, 0]);
    const x = tf.tensor1d([1, -1, 1, -1, 1, 0, 0, -1, 0]);
    return tf.atan2(y, x);
  });
  sameAsCpu('pow', () => shapes.map(([a, b]) => tf.pow(positive(a), random(b))));
  sameAsCpu('prelu', () => tf.prelu(random([2, 3, 4]), random([4], 3)));
  sameAsCpu('logic', () => [
    tf.logicalAnd(truth([3, 4]), truth([4], 2)),
    tf.logicalOr(truth([3, 4]), truth([4], 2)),
    tf.logicalXor(truth([3, 4]), truth([4], 2)),
    tf.equal(truth([3, 4]), truth([4], 2)),
    tf.greater(truth([3, 4]), truth([4], 2)),
  ]);
  sameAsCpu('where', () => [
    tf.where(truth([3, 4]), random([3, 4]), random([3, 4], 2)),
    tf.where(truth([3, 4]), whole([3, 4]), whole([4], 2)),
    tf.where(truth([3, 4]), truth([3, 4], 5), truth([3, 4], 6)),
  ]);
  sameAsCpu('addN', () => tf.addN([random([3, 4]), random([3, 4], 2), random([3, 4], 3)]));
});
