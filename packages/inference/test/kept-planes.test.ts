import { uniform } from '@sts-net/testing';
import { createVolume, reorient, resampleOnto, stackSlices, type Volume } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { type Preprocessing, preprocess } from '../src/index.ts';
import { KeptPlanes } from '../src/prediction/kept-planes.ts';
import { inMemory } from '../src/prediction/number-store.ts';
import { gridOf } from '../src/preprocessing/spatial.ts';

const shape = [5, 7, 6] as const;
const tilt = Math.cos(0.3);
/** Tilted in space, with slices, rows and columns of different lengths. */
const affine = [
  1.5,
  0,
  0,
  -4,
  0,
  0.8 * tilt,
  -2 * Math.sin(0.3),
  9,
  0,
  0.8 * Math.sin(0.3),
  2 * tilt,
  3,
  0,
  0,
  0,
  1,
];
/** A gantry that leans: slices are not at right angles to rows. */
const sheared = [1.5, 0, 0, -4, 0, 0.8, -0.6, 9, 0, 0, 2, 3, 0, 0, 0, 1];

const volumeOn = (matrix: readonly number[]) =>
  createVolume(ndarray(uniform('image', 5 * 7 * 6), [...shape]), { affine: matrix });

const spaced = { spacing: { inPlane: [1.1, 0.9], throughPlane: 1.3 } } as const;
const settings: readonly Preprocessing[] = ([0, 1, 2] as const).flatMap((axis) =>
  (['triple', 'drop'] as const).flatMap((edge) => [
    { axis, edge },
    { axis, edge, orientation: 'RAS' },
    { axis, edge, orientation: 'ASR' },
    { axis, edge, orientation: 'SLP' },
    { axis, edge, ...spaced },
    { axis, edge, orientation: 'PIL', ...spaced },
    { axis, edge, orientation: 'LPS', size: [9, 4] as const },
  ]),
);

describe('KeptPlanes', () => {
  // What it reads slab by slab is what all planes stacked and resampled at once are.
  it.each([
    ['turned', volumeOn(affine)],
    ['sheared', volumeOn(sheared)],
    ['counting down', reorient(volumeOn(affine), 'LIP')],
  ] as const)('reads slabs of a %s volume as from the whole', (_, image: Volume) => {
    const like = gridOf(image, false);
    const [slices, rows, columns] = image.voxels.shape as [number, number, number];
    for (const preprocessing of settings) {
      const input = preprocess(image, preprocessing);
      const kept = new KeptPlanes({ input, preprocessing }, { classes: 2, members: 2 }, inMemory);
      const planes = input.samples.map(({ image: { shape: size } }, i) => {
        const [height, width] = size as [number, number];
        return ndarray(uniform(`plane ${i}`, height * width * 3), [height, width, 3]);
      });
      for (const plane of planes) kept.add(plane);
      const { axis = 0, edge = 'triple' } = preprocessing;
      for (const channel of [0, 1, 2]) {
        const missing = channel === 0 ? 1 : 0;
        const stacked = stackSlices(
          planes.map((plane) => plane.pick(null, null, channel)),
          gridOf(input.images[0], false),
          { axis, edge, missing },
        );
        const whole = resampleOnto(stacked, like).voxels.data;
        for (const count of [1, 2, slices]) {
          const read: number[] = [];
          for (let first = 0; first < slices; first += count) {
            read.push(...kept.slab(channel, first, Math.min(count, slices - first)));
          }
          expect(read).toHaveLength(slices * rows * columns);
          expect(read, JSON.stringify({ preprocessing, channel, count })).toBeAllclose([...whole], {
            atol: 1e-5,
          });
        }
      }
    }
  });
});
