import { describeBackends, describeLayer, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { describe, expect, test } from 'vitest';
import { AveragePool2D, type AveragePool2DArgs } from '../src/index.ts';

const name = 'layer';

/** PyTorch's rule, pixel by pixel: `aten/src/ATen/native/AvgPool2d.h`, `pooling_output_shape`. */
function slow(x: readonly (readonly number[])[], args: AveragePool2DArgs): number[][] {
  const { poolSize, strides = poolSize, ceilMode = false, countIncludePad = true } = args;
  const pair = (one: number | readonly [number, number]) => [one, one].flat().slice(-2);
  const [k, s] = [pair(poolSize), pair(strides)] as [[number, number], [number, number]];
  const [before, after] = [args.padding ?? 0].flat().concat([args.padding ?? 0].flat()) as [
    number,
    number,
  ];
  const outputs = (size: number, axis: 0 | 1) => {
    const steps = (size + before + after - k[axis]) / s[axis];
    const count = (ceilMode ? Math.ceil(steps) : Math.floor(steps)) + 1;
    return ceilMode && (count - 1) * s[axis] >= size + before ? count - 1 : count;
  };
  const [rows, columns] = [x.length, x[0]!.length];
  return Array.from({ length: outputs(rows, 0) }, (_, r) =>
    Array.from({ length: outputs(columns, 1) }, (_, c) => {
      let [sum, inside, padded] = [0, 0, 0];
      for (let i = r * s[0] - before; i < r * s[0] - before + k[0]; i++) {
        for (let j = c * s[1] - before; j < c * s[1] - before + k[1]; j++) {
          if (i >= rows + after || j >= columns + after) continue;
          padded++;
          const value = x[i]?.[j];
          if (value === undefined) continue;
          inside++;
          sum += value;
        }
      }
      return sum / (countIncludePad ? padded : inside);
    }),
  );
}

describeBackends('AveragePool2D', () => {
  describeLayer('AveragePool2D', [
    {
      title: 'halves',
      create: () => new AveragePool2D({ name, poolSize: 2 }),
      inputShape: [2, 6, 7, 3],
      outputShape: [2, 3, 3, 3],
    },
    {
      title: 'rounds up and leaves padding out',
      create: () =>
        new AveragePool2D({ name, poolSize: 2, ceilMode: true, countIncludePad: false }),
      inputShape: [2, 5, 7, 3],
      outputShape: [2, 3, 4, 3],
    },
    {
      title: 'keeps the size',
      create: () => new AveragePool2D({ name, poolSize: 3, strides: 1, padding: 1 }),
      inputShape: [2, 5, 7, 3],
      outputShape: [2, 5, 7, 3],
    },
  ]);

  const sizes = [2, 3, [3, 2]] as const;
  const strides = [1, 2, 3, [1, 2]] as const;
  const flags = [false, true];
  const cases = sizes.flatMap((poolSize) =>
    strides.flatMap((stride) =>
      [0, 1, [0, 1], [1, 0]].flatMap((padding) =>
        flags.flatMap((ceilMode) =>
          flags.map(
            (countIncludePad): AveragePool2DArgs => ({
              ...{ poolSize, strides: stride, ceilMode, countIncludePad },
              padding: padding as number | [number, number],
            }),
          ),
        ),
      ),
    ),
  );
  test('is as the rule says, pixel by pixel', async () => {
    for (const [rows, columns] of [
      [5, 6],
      [7, 4],
    ] as const) {
      const data = signed(`${rows}x${columns}`, rows * columns);
      const x = Array.from({ length: rows }, (_, r) =>
        Array.from(data.slice(r * columns, (r + 1) * columns)),
      );
      for (const args of cases) {
        const layer = new AveragePool2D(args);
        const y = tf.tidy(() => layer.apply(tf.tensor4d(data, [1, rows, columns, 1])) as tf.Tensor);
        const expected = slow(x, args);
        expect(y.shape, JSON.stringify(args)).toEqual([1, expected.length, expected[0]!.length, 1]);
        expect(await y.data(), JSON.stringify(args)).toBeAllclose(expected.flat(), { atol: 1e-6 });
        y.dispose();
      }
    }
  });
});

describe('AveragePool2D', () => {
  test('refuses more padding than half its window', () => {
    expect(() => new AveragePool2D({ poolSize: 3, padding: 2 })).toThrow(
      /half of poolSize 3, got 2/,
    );
    expect(() => new AveragePool2D({ poolSize: 2, padding: [0, -1] })).toThrow(/got 0,-1/);
  });
});
