import { createVolume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { expect, it } from 'vitest';
import { resizeImagePlanes } from '../src/preprocessing/resize-planes.ts';

it.each([0, 1, 2] as const)(
  'leaves a volume where it lies in space: a linear image stays so inside (axis %i)',
  (axis) => {
    const affine = [2, 0, 0.1, 5, 0, 3, 0, -7, 0, 0.2, 1, 4, 0, 0, 0, 1];
    const at = (m: readonly number[], c: number, r: number, s: number) =>
      [0, 1, 2].map((k) => m[4 * k]! * c + m[4 * k + 1]! * r + m[4 * k + 2]! * s + m[4 * k + 3]!);
    const value = ([x = 0, y = 0, z = 0]: number[]) => x + 2 * y - 3 * z;
    const voxels = ndarray(new Float32Array(6 * 6 * 6), [6, 6, 6]);
    for (const [i] of voxels.data.entries()) {
      const [s, r, c] = [Math.floor(i / 36), Math.floor(i / 6) % 6, i % 6];
      voxels.set(s, r, c, value(at(affine, c, r, s)));
    }
    const resized = resizeImagePlanes(createVolume(voxels, { affine }), axis, [9, 4]);
    const shape = [
      [6, 9, 4],
      [9, 6, 4],
      [9, 4, 6],
    ][axis];
    expect(resized.voxels.shape).toEqual(shape);
    for (const [s, r, c] of [
      [2, 2, 2],
      [3, 3, 1],
      [1, 2, 3],
    ] as const) {
      const expected = value(at(resized.affine, c, r, s));
      expect(resized.voxels.get(s, r, c)).toBeCloseTo(expected, 3);
    }
  },
);
