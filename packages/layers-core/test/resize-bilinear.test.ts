import { describeBackends, golden, nchwValues, signed, signedNchw } from '@sts-net/testing';
import * as tf from '@tensorflow/tfjs-core';
import { expect, test } from 'vitest';
import { type ResizeBilinearOptions, resizeBilinear } from '../src/index.ts';

const units = golden('models-eval').units;
const conventions: readonly ResizeBilinearOptions[] = [
  { alignCorners: true },
  { halfPixelCenters: true },
];

/** The definition, pixel by pixel: the slow obvious oracle. One image, one channel. */
function oracle(
  x: Float32Array,
  [height, width]: readonly [number, number],
  [outHeight, outWidth]: readonly [number, number],
  { alignCorners = false }: ResizeBilinearOptions,
): Float32Array {
  const at = (i: number, size: number, out: number) =>
    alignCorners
      ? (i * (size - 1)) / Math.max(1, out - 1)
      : Math.min(size - 1, Math.max(0, ((i + 0.5) * size) / out - 0.5));
  const y = new Float32Array(outHeight * outWidth);
  for (let i = 0; i < outHeight; i++) {
    for (let j = 0; j < outWidth; j++) {
      const r = at(i, height, outHeight);
      const c = at(j, width, outWidth);
      let sum = 0;
      for (let u = 0; u < height; u++) {
        for (let v = 0; v < width; v++) {
          const weight = Math.max(0, 1 - Math.abs(r - u)) * Math.max(0, 1 - Math.abs(c - v));
          sum += weight * x[u * width + v]!;
        }
      }
      y[i * outWidth + j] = sum;
    }
  }
  return y;
}

describeBackends('resizeBilinear', () => {
  test('golden: PyTorch ×4, both conventions', async () => {
    const x = signedNchw('bx', [1, 1, 3, 3]);
    const aligned = resizeBilinear(x, [12, 12], { alignCorners: true });
    const halfPixel = resizeBilinear(x, [12, 12], { halfPixelCenters: true });
    expect(await nchwValues(aligned)).toBeAllclose(units.bilinear_x4_align_corners.values);
    expect(await nchwValues(halfPixel)).toBeAllclose(units.bilinear_x4_half_pixel.values);
    tf.dispose([x, aligned, halfPixel]);
  });

  for (const options of conventions) {
    test.each([
      [
        [3, 5],
        [7, 11],
      ],
      [
        [6, 4],
        [3, 8],
      ],
      [
        [1, 1],
        [4, 5],
      ],
      [
        [5, 7],
        [1, 1],
      ],
      [
        [8, 3],
        [8, 3],
      ],
    ] as const)(`oracle and adjoint: %s → %s ${Object.keys(options)}`, async (from, to) => {
      const values = signed('resize.x', from[0] * from[1]);
      const dyValues = signed('resize.dy', to[0] * to[1]);
      const x = tf.tensor4d(values, [1, from[0], from[1], 1]);
      const dy = tf.tensor4d(dyValues, [1, to[0], to[1], 1]);
      const { value, grad } = tf.valueAndGrad((a: tf.Tensor) =>
        resizeBilinear(a as tf.Tensor4D, to, options),
      )(x, dy);
      expect(await value.data()).toBeAllclose(oracle(values, from, to, options), { atol: 1e-5 });
      const direction = signed('resize.p', values.length);
      const moved = oracle(direction, from, to, options);
      const left = dyValues.reduce((sum, d, i) => sum + d * moved[i]!, 0);
      const right = (await grad.data<'float32'>()).reduce(
        (sum, d, i) => sum + d * direction[i]!,
        0,
      );
      expect(Math.abs(left - right)).toBeLessThan(1e-4);
      tf.dispose([x, dy, value, grad]);
    });
  }

  test('property: channels and batch elements do not mix', async () => {
    const x = signedNchw('resize.batch', [2, 3, 4, 5]);
    const dy = signedNchw('resize.batch.dy', [2, 3, 6, 8]);
    const all = await tf
      .grad((a: tf.Tensor) => resizeBilinear(a as tf.Tensor4D, [6, 8], { alignCorners: true }))(
        x,
        dy,
      )
      .data();
    const part = await tf
      .grad((a: tf.Tensor) => resizeBilinear(a as tf.Tensor4D, [6, 8], { alignCorners: true }))(
        tf.slice(x, [1, 0, 0, 2], [1, 4, 5, 1]),
        tf.slice(dy, [1, 0, 0, 2], [1, 6, 8, 1]),
      )
      .data();
    expect(all.filter((_, i) => i >= 60 && i % 3 === 2)).toBeAllclose(part);
  });

  test('refuses ambiguous conventions and impossible sizes', () => {
    const x = tf.zeros([1, 2, 2, 1]) as tf.Tensor4D;
    expect(() => resizeBilinear(x, [4, 4], {})).toThrow(/exactly one of/);
    expect(() => resizeBilinear(x, [4, 4], { alignCorners: true, halfPixelCenters: true })).toThrow(
      /exactly one of/,
    );
    expect(() => resizeBilinear(x, [0, 4], { alignCorners: true })).toThrow(/got \[0,4\]/);
  });
});
