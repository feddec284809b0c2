// Values that engines without double precision tend to get wrong; derived by hand or in double here.
import * as tf from '@tensorflow/tfjs-core';

/** Declares the checks by `of(title, load)`. */
export function declareNumbers(of) {
  of('numbers', () =>
    globalThis.describe('numbers', () => {
      globalThis.beforeAll(() => tf.setBackend('ort'));
      const test = (title, run, expected, tolerance = 0) =>
        globalThis.it(title, async () => {
          const result = tf.tidy(run);
          const values = await result.data();
          for (const [i, want] of expected.entries()) {
            const off = Math.abs(values[i] - want);
            globalThis
              .expect(off <= tolerance * Math.abs(want))
              .toBe(true, `${values[i]}, ${want}`);
          }
          result.dispose();
        });
      const small = [1e-8, -1e-6, 0.1, -0.3, 3];
      test('log1p', () => tf.log1p(tf.tensor1d(small)), small.map(Math.log1p), 1e-6);
      test('expm1', () => tf.expm1(tf.tensor1d(small)), small.map(Math.expm1), 1e-6);
      const whole = (values) => tf.tensor1d(values, 'int32');
      const [a, b] = [
        [1073741825, -1073741825, 7, -7, 5],
        [3, 2, -2, 2, 0],
      ];
      test('floorDiv', () => tf.floorDiv(whole(a), whole(b)), [357913941, -536870913, -4, -4, 0]);
      test('mod', () => tf.mod(whole(a), whole(b)), [2, 1, -1, 1, 0]);
      test('pow', () => tf.pow(whole([7, -3, 2]), whole([7, 3, 30])), [823543, -27, 2 ** 30]);
      const pixels = () => tf.tensor4d([1, 2, 2 ** 30 + 1, 2 ** 30], [1, 2, 2, 1], 'int32');
      test('whole maxima', () => tf.maxPool(pixels(), 2, 2, 0), [2 ** 30 + 1]);
      const many = Float32Array.from({ length: 2e6 }, (_, i) => 1 + (i % 7) / 7);
      const sum = many.reduce((total, one) => total + one, 0);
      test('a sum of two millions', () => tf.sum(tf.tensor1d(many)), [sum], 1e-6);
    }),
  );
}
