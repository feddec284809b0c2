import { describeBackends } from '@sts-net/testing';
import { expect, test } from 'vitest';
import { Kaiming } from '../src/index.ts';

describeBackends('Kaiming', () => {
  test('property: Kaiming has the stated deviation, bound and seed', async () => {
    const shape = [3, 3, 64, 32];
    const deviation = async (k: Kaiming) => {
      const values = await k.apply(shape).data<'float32'>();
      return Math.sqrt(values.reduce((sum, v) => sum + v * v, 0) / values.length);
    };
    expect(await deviation(new Kaiming({ mode: 'fanOut' }))).toBeCloseTo(Math.sqrt(2 / 288), 2);
    expect(await deviation(new Kaiming({ mode: 'fanIn', gain: 1 }))).toBeCloseTo(
      Math.sqrt(1 / 576),
      2,
    );
    const torchDefault = new Kaiming({ distribution: 'uniform', gain: 1 / Math.sqrt(3) });
    const values = await torchDefault.apply(shape).data();
    expect(Math.max(...values)).toBeLessThanOrEqual(1 / 24);
    expect(Math.max(...values)).toBeGreaterThan(0.99 / 24);
    expect(await new Kaiming({ seed: 5 }).apply([8, 8]).data()).toEqual(
      await new Kaiming({ seed: 5 }).apply([8, 8]).data(),
    );
  });

  test('property: normal initial values have the moments, tails and independence of the distribution', async () => {
    const count = 4_000_000;
    // Fan in 1 and gain 1: the standard normal distribution.
    const tensor = new Kaiming({ gain: 1, seed: 11 }).apply([1, count]);
    const values = await tensor.data<'float32'>();
    tensor.dispose();
    const mean = (f: (x: number, i: number) => number) =>
      values.reduce((sum, x, i) => sum + f(x, i), 0) / count;
    // Tolerances: five standard errors.
    const within = (deviation: number) => (5 * deviation) / Math.sqrt(count);
    const moments = [1, 2, 3, 4].map((power) => mean((x) => x ** power));
    for (const [i, [expected, variance]] of [
      [0, 1],
      [1, 2],
      [0, 15],
      [3, 96],
    ].entries()) {
      expect(Math.abs(moments[i]! - expected!)).toBeLessThan(within(Math.sqrt(variance!)));
    }
    // P(|x| > z) for each z, also at the edge of the tail.
    for (const [z, share] of [
      [0.1, 0.920344],
      [1, 0.317311],
      [2, 0.0455],
      [3, 0.0026998],
      [3.442619855899, 0.00057611],
      [4, 0.000063342],
    ] as const) {
      const received = mean((x) => (Math.abs(x) > z ? 1 : 0));
      expect(Math.abs(received - share), `beyond ${z}`).toBeLessThan(within(Math.sqrt(share)));
    }
    for (const lag of [1, 2, 7]) {
      const correlation = mean((x, i) => x * (values[i + lag] ?? 0));
      expect(Math.abs(correlation), `lag ${lag}`).toBeLessThan(within(1));
    }
  });
}, ['wasm']);
