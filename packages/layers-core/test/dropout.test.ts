import { describeBackends } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { Dropout } from '../src/index.ts';

describeBackends('Dropout', () => {
  test('property: dropout obeys seed and step, keeps the mean, and vanishes in inference', async () => {
    const x = tf.ones([100, 100]);
    const draw = async (step: number, training = true) => {
      const layer = new Dropout({ name: 'drop', rate: 0.5, seed: 1 });
      layer.trainingStep = step;
      return (layer.apply(x, { training }) as tf.Tensor).data<'float32'>();
    };
    expect(await draw(4)).toEqual(await draw(4));
    expect(await draw(4)).not.toEqual(await draw(5));
    expect(await draw(4, false)).toEqual(await x.data());
    const values = await draw(0);
    expect(new Set(values)).toEqual(new Set([0, 2]));
    expect(Math.abs(values.reduce((a, b) => a + b, 0) / 1e4 - 1)).toBeLessThan(0.05);
  });

  test.each([
    ['channel', 3, 2 * 4],
    ['image', 5, 2],
  ] as const)(
    'property: dropout of one %s drops all of it, and vanishes in inference',
    async (unit, step, expected) => {
      const x = tf.ones([2, 6, 6, 4]);
      const dropped = async (at: number, training = true) => {
        const layer = new Dropout({ name: 'drop', rate: 0.5, seed: 1, unit });
        layer.trainingStep = at;
        return (layer.apply(x, { training }) as tf.Tensor).data();
      };
      const values = await dropped(step);
      expect(values).toEqual(await dropped(step));
      const units = new Map<number, Set<number>>();
      for (const [i, value] of values.entries()) {
        const key = Math.floor(i / (36 * 4)) * 4 + (unit === 'channel' ? i % 4 : 0);
        units.set(key, (units.get(key) ?? new Set()).add(value));
      }
      expect(units.size).toBe(expected);
      for (const kept of units.values()) expect(kept.size).toBe(1);
      expect(await dropped(step, false)).toEqual(await x.data());
      const several = await Promise.all(Array.from({ length: 64 }, (_, i) => dropped(i)));
      const mean =
        several.flatMap((one) => [...one]).reduce((a, b) => a + b, 0) / (64 * values.length);
      expect(Math.abs(mean - 1)).toBeLessThan(0.25);
    },
  );
});
