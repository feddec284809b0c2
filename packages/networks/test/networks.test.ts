import { describeBackends, describeLayer, signed } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { createNetwork, type NetworkName } from '../src/index.ts';
import { AbsoluteDifference } from '../src/layers/absolute-difference.ts';
import { After } from '../src/layers/after.ts';
import { AxialAttention } from '../src/layers/axial-attention.ts';
import { BackgroundLogit } from '../src/layers/background-logit.ts';
import { BoxSum } from '../src/layers/box-sum.ts';
import { DropBlock } from '../src/layers/drop-block.ts';
import { GridMaxPool } from '../src/layers/grid-max-pool.ts';
import { MemoryAttention } from '../src/layers/memory-attention.ts';
import { NonLocal } from '../src/layers/non-local.ts';
import { PatchAttention } from '../src/layers/patch-attention.ts';
import { PatchCorrection } from '../src/layers/patch-correction.ts';
import { PooledMean } from '../src/layers/pooled-mean.ts';
import { PReLU } from '../src/layers/prelu.ts';
import { SigmoidGate } from '../src/layers/sigmoid-gate.ts';
import { ZeroState } from '../src/layers/zero-state.ts';

const name = 'layer';

describeBackends('layers of whole networks', () => {
  describeLayer('layers', [
    {
      title: 'BoxSum',
      create: () => new BoxSum({ name, size: 3 }),
      inputShape: [2, 5, 7, 3],
      outputShape: [2, 5, 7, 3],
      // Those of the convolution with filters of ones.
      operations: { multiplyAdds: 5 * 7 * 9 * 3 * 3 },
    },
    {
      title: 'PReLU',
      create: () => new PReLU({ name }),
      inputShape: [2, 3, 4, 5],
      outputShape: [2, 3, 4, 5],
      weightShapes: [[5]],
    },
    ...(['height', 'width'] as const).map((along) => ({
      title: `AxialAttention along the ${along}`,
      create: () => new AxialAttention({ name, along }),
      inputShape: [2, 4, 6, 2],
      otherInputs: [
        [2, 4, 6, 2],
        [2, 4, 6, 3],
        [2, 4, 6, 3],
      ],
      outputShape: [2, 4, 6, 3],
      weightShapes: [[1]],
      // Each of the side's values with each, for all runs, twice: to compare and to gather.
      operations: { multiplyAdds: (2 + 3) * 4 * 6 * (along === 'height' ? 4 : 6) },
      torchParameters: [['gamma', [1]]] as const,
    })),
    {
      title: 'PatchAttention',
      create: () => new PatchAttention({ name, patch: 2, scale: 0.5, seed: 3 }),
      inputShape: [2, 5, 7, 3],
      otherInputs: [[2, 4, 3, 3]],
      outputShape: [2, 3, 6, 2],
      weightShapes: [
        [8, 4],
        [4, 8],
      ],
      // Two matrices for each of 6 + 2 patches, and each of 6 with each of 2.
      operations: { multiplyAdds: 3 * (8 * 2 * 8 * 4 + 6 * 2 * 4) },
      torchParameters: [
        ['0.weight', [8, 4]],
        ['1.weight', [4, 8]],
      ],
    },
    {
      title: 'PatchCorrection',
      create: () => new PatchCorrection({ name, patch: 2, factor: 2 }),
      inputShape: [2, 9, 8, 3],
      otherInputs: [[2, 4, 16, 4]],
      outputShape: [2, 9, 8, 3],
      // What is gathered, and the averages.
      operations: { multiplyAdds: 3 * (16 * 4 * 4 + 4 * 4 * 4) },
    },
    ...[true, false].map((reverse) => ({
      title: `SigmoidGate, reverse: ${reverse}`,
      create: () => new SigmoidGate({ name, reverse }),
      inputShape: [2, 3, 4, 1],
      otherInputs: [[2, 3, 4, 5]],
      outputShape: [2, 3, 4, 5],
    })),
    {
      title: 'NonLocal',
      create: () => new NonLocal({ name }),
      inputShape: [2, 4, 7, 2],
      otherInputs: [
        [2, 2, 3, 2],
        [2, 2, 3, 5],
      ],
      outputShape: [2, 4, 7, 5],
      operations: { multiplyAdds: 4 * 7 * (2 * 3) * (2 + 5) },
    },
    {
      title: 'MemoryAttention',
      create: () => new MemoryAttention({ name }),
      inputShape: [2, 4, 5, 3],
      otherInputs: [
        [2, 4, 5, 3],
        [2, 4, 5, 3],
      ],
      outputShape: [2, 4, 5, 3],
      // Each place and the memory's 6 + 4 + 1 + 1 + 20 rows, twice.
      operations: { multiplyAdds: 2 * 20 * 32 * 3 },
    },
    {
      title: 'DropBlock',
      create: () => new DropBlock({ name, rate: 0.5, block: 2, seed: 4 }),
      inputShape: [2, 6, 7, 3],
      outputShape: [2, 6, 7, 3],
    },
    {
      title: 'GridMaxPool',
      create: () => new GridMaxPool({ name, size: 2 }),
      inputShape: [2, 4, 6, 3],
      outputShape: [2, 2, 2, 3],
    },
    ...[true, false].map((floor) => ({
      title: `PooledMean, floor: ${floor}`,
      create: () => new PooledMean({ name, floor }),
      inputShape: [2, 1, 1, 12],
      otherInputs: [[2, 2, 2, 3]],
      outputShape: [2, 1, 1, 12],
    })),
    {
      title: 'After',
      create: () => new After({ name }),
      inputShape: [2, 3, 4, 5],
      otherInputs: [[2, 2, 1]],
      outputShape: [2, 3, 4, 5],
    },
    {
      title: 'BackgroundLogit',
      create: () => new BackgroundLogit({ name }),
      inputShape: [2, 3, 4, 1],
      outputShape: [2, 3, 4, 2],
    },
  ]);

  test.each([3, 5])('BoxSum of %d is a convolution with ones', async (size) => {
    const x = tf.tensor4d(signed('x', 2 * 6 * 7 * 4), [2, 6, 7, 4]);
    const ones = tf.ones([size, size, 4, 4]) as tf.Tensor4D;
    const y = new BoxSum({ size }).apply(x) as tf.Tensor;
    expect(await y.data()).toBeAllclose(await tf.conv2d(x, ones, 1, 'same').data(), { atol: 1e-5 });
  });

  test('derived by hand: PReLU, SigmoidGate, GridMaxPool, PooledMean, ZeroState and BackgroundLogit', async () => {
    const x = tf.tensor2d([[-4, 4]]);
    expect([...(await (new PReLU().apply(x) as tf.Tensor).data())]).toEqual([-1, 4]);
    const [logit, map] = [tf.tensor4d([Math.log(3)], [1, 1, 1, 1]), tf.ones([1, 1, 1, 2])];
    const [kept, left] = [false, true].map(
      (reverse) => new SigmoidGate({ reverse }).apply([logit, map]) as tf.Tensor,
    );
    expect(await kept!.data()).toBeAllclose([0.75, 0.75], { atol: 1e-6 });
    expect(await left!.data()).toBeAllclose([0.25, 0.25], { atol: 1e-6 });
    const grid = tf.tensor4d([...Array(2 * 4).keys()], [1, 2, 4, 1]);
    const cells = new GridMaxPool({ size: 2 }).apply(grid) as tf.Tensor;
    expect([...(await cells.data())]).toEqual([1, 3, 5, 7]);
    expect(() => new GridMaxPool({ name: 'pool', size: 3 }).apply(grid)).toThrow(
      /`GridMaxPool` pool: height and width must be multiples of 3, got \[1,2,4,1\]/,
    );
    // No gradient goes through it, so it is none of the layers above.
    const state = new ZeroState({ channels: 5 });
    expect(state.computeOutputShape([null, 3, null, 2])).toEqual([null, 3, null, 5]);
    const zeros = state.apply(tf.ones([2, 3, 4, 2])) as tf.Tensor;
    expect(await zeros.data()).toEqual(await tf.zeros([2, 3, 4, 5]).data());
    expect(new ZeroState(state.getConfig() as { channels: number }).channels).toBe(5);
    // Two channels in two places each: read channel by channel.
    const places = tf.tensor4d([1, 2, 3, 4], [1, 1, 2, 2]);
    const listed = tf.tensor4d([10, 20, 30, 41], [1, 1, 1, 4]);
    const mean = new PooledMean({ floor: false }).apply([listed, places]) as tf.Tensor;
    expect([...(await mean.data())]).toEqual([5.5, 11.5, 16, 22.5]);
    const floored = new PooledMean().apply([listed, places]) as tf.Tensor;
    expect([...(await floored.data())]).toEqual([5, 11, 16, 22]);
    const logits = tf.softmax(new BackgroundLogit().apply(logit) as tf.Tensor);
    expect(await logits.data()).toBeAllclose([0.25, 0.75], { atol: 1e-6 });
  });

  test.each(['height', 'width'] as const)(
    'AxialAttention along the %s, by loops',
    async (along) => {
      const [height, width] = [3, 4];
      const channels = [2, 2, 3, 3];
      // Channel by channel, row by row.
      const flat = channels.map((count, i) => signed(`map ${i}`, count * height * width));
      const maps = flat.map((values, i) => {
        const map = tf.tensor(values, [1, channels[i]!, height, width]);
        return tf.transpose(map, [0, 2, 3, 1]);
      });
      const layer = new AxialAttention({ along });
      layer.build();
      layer.setWeights([tf.tensor1d([0.7])]);
      const y = tf.transpose(layer.apply(maps) as tf.Tensor, [0, 3, 1, 2]);
      const side = along === 'height' ? height : width;
      const [q, k, v, x] = flat as [Float32Array, Float32Array, Float32Array, Float32Array];
      const score = (i: number, j: number) => {
        let sum = 0;
        for (let run = 0; run < q.length; run += side) sum += q[run + i]! * k[run + j]!;
        return 1 / (1 + Math.exp(-sum));
      };
      const expected = x.map((value, at) => {
        const [run, i] = [at - (at % side), at % side];
        let gathered = 0;
        for (let j = 0; j < side; j++) gathered += v[run + j]! * score(i, j);
        return 0.7 * gathered + value;
      });
      expect(await y.data()).toBeAllclose(expected, { atol: 1e-5 });
    },
  );

  test('NonLocal, by loops', async () => {
    const [q, k, v] = [signed('q', 2 * 4), signed('k', 2 * 2), signed('v', 2 * 3)];
    const maps = [
      tf.tensor4d(q, [1, 2, 2, 2]),
      tf.tensor4d(k, [1, 1, 2, 2]),
      tf.tensor4d(v, [1, 1, 2, 3]),
    ];
    const y = new NonLocal().apply(maps) as tf.Tensor;
    const expected = [0, 1, 2, 3].flatMap((i) => {
      const [a, b] = [0, 1].map((j) =>
        Math.exp(q[2 * i]! * k[2 * j]! + q[2 * i + 1]! * k[2 * j + 1]!),
      ) as [number, number];
      return [0, 1, 2].map((c) => (a * v[c]! + b * v[3 + c]!) / (a + b));
    });
    expect(await y.data()).toBeAllclose(expected, { atol: 1e-6 });
  });

  test('MemoryAttention, by loops', async () => {
    const [size, channels] = [4, 2];
    const [q, v, r] = ['q', 'v', 'r'].map((key) => signed(key, size * size * channels)) as [
      Float32Array,
      Float32Array,
      Float32Array,
    ];
    const memory: number[][] = [];
    const pooled = (side: number, step: number) => {
      for (let top = 0; top + side <= size; top += step) {
        for (let left = 0; left + side <= size; left += step) {
          memory.push(
            [0, 1].map((c) => {
              let most = Number.NEGATIVE_INFINITY;
              for (let y = 0; y < side; y++) {
                for (let x = 0; x < side; x++) {
                  most = Math.max(most, v[((top + y) * size + left + x) * channels + c]!);
                }
              }
              return most;
            }),
          );
        }
      }
    };
    pooled(1, 2);
    pooled(2, 2);
    pooled(3, 3);
    pooled(4, 4);
    for (let i = 0; i < size * size; i++) memory.push([r[2 * i]!, r[2 * i + 1]!]);
    const expected = Array.from({ length: size * size }, (_, i) => {
      const powers = memory.map(([a, b]) =>
        Math.exp((q[2 * i]! * a! + q[2 * i + 1]! * b!) / Math.SQRT2),
      );
      const total = powers.reduce((sum, power) => sum + power, 0);
      return [0, 1].map((c) =>
        memory.reduce((sum, row, j) => sum + (powers[j]! / total) * row[c]!, 0),
      );
    }).flat();
    const maps = [q, v, r].map((one) => tf.tensor4d(one, [1, size, size, channels]));
    const y = new MemoryAttention().apply(maps) as tf.Tensor;
    expect(await y.data()).toBeAllclose(expected, { atol: 1e-6 });
  });

  test('properties: DropBlock zeroes blocks of all channels, about as many as asked, and keeps the mean', async () => {
    const layer = new DropBlock({ name: 'drop', rate: 0.2, block: 2 });
    const x = tf.ones([4, 40, 50, 2]);
    const y = layer.apply(x, { training: true }) as tf.Tensor4D;
    const values = (await y.array()) as number[][][][];
    const zero = (b: number, row: number, column: number) => values[b]![row]![column]![0] === 0;
    let dropped = 0;
    for (let b = 0; b < 4; b++) {
      for (let row = 0; row < 40; row++) {
        for (let column = 0; column < 50; column++) {
          const [first, second] = values[b]![row]![column]!;
          expect(second).toBe(first);
          if (!zero(b, row, column)) continue;
          dropped++;
          // Within a block of four, or at an edge where one was cut.
          const whole = [0, 1].some((up) =>
            [0, 1].some((left) =>
              [0, 1, 2, 3].every((i) => {
                const [r, c] = [row - up + (i >> 1), column - left + (i & 1)];
                return r > 39 || c > 49 || (r >= 0 && c >= 0 && zero(b, r, c));
              }),
            ),
          );
          expect(whole).toBe(true);
        }
      }
    }
    expect(dropped / 8000).toBeGreaterThan(0.15);
    expect(dropped / 8000).toBeLessThan(0.21);
    expect(await tf.mean(y).data()).toBeAllclose([1], { rtol: 1e-5 });
    const same = layer.apply(x) as tf.Tensor;
    expect(await same.data()).toEqual(await x.data());
  });

  test('AbsoluteDifference', async () => {
    const [a, b] = [tf.tensor2d([[1, -2]]), tf.tensor2d([[3, -5]])];
    const y = new AbsoluteDifference().apply([a, b]) as tf.Tensor;
    expect([...(await y.data())]).toEqual([2, 3]);
  });
});

test('an unknown network is named, with those that there are', () => {
  const make = () => createNetwork('m3snet' as NetworkName, { inputShape: [64, 64, 3] });
  expect(make).toThrow(/no network 'm3snet'; there are m2snet, .*denseaspp121/);
});

describeBackends('layers that run several times', () => {
  test.each(['i2u-net-m', 'um-net', 'm2snet'] as const)(
    'conservation: %s leaves no tensors behind',
    (network) => {
      const before = tf.memory().numTensors;
      createNetwork(network, { inputShape: [null, null, 1], classes: 2 }).dispose();
      expect(tf.memory().numTensors).toBe(before);
    },
  );
});
