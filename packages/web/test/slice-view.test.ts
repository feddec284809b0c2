import { createVolume, reorient, worldAt } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { greyRanges, paintSlice } from '../src/page/paint-slice.ts';
import {
  flatView,
  type Plane,
  placeAlong,
  sliceView,
  valuesOfSlice,
} from '../src/page/slice-view.ts';

/** Each voxel holds its number; axes lead anywhere, without being turned obliquely. */
function numbered(orientation: string) {
  const voxels = ndarray(
    Float32Array.from({ length: 24 }, (_, i) => i),
    [2, 3, 4],
  );
  return reorient(createVolume(voxels, { spacing: [3, 1, 2] }), orientation);
}

const letters = ['LR', 'PA', 'IS'];
const orders = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const all48 = orders.flatMap((order) =>
  Array.from({ length: 8 }, (_, bits) =>
    order.map((a, i) => letters[a]![(bits >> i) & 1]).join(''),
  ),
);

/** Towards which world axis a step leads, and which way: as radiologists hang images, in RAS. */
const steps: Readonly<Record<Plane, Readonly<Record<'through' | 'right' | 'down', number[]>>>> = {
  axial: { through: [0, 0, 3], right: [-2, 0, 0], down: [0, -1, 0] },
  coronal: { through: [0, -1, 0], right: [-2, 0, 0], down: [0, 0, -3] },
  sagittal: { through: [-2, 0, 0], right: [0, -1, 0], down: [0, 0, -3] },
};

describe.each(all48)('a volume whose axes lead to %s', (orientation) => {
  test.each(Object.keys(steps) as Plane[])('hangs as radiologists hang it: %s', (plane) => {
    const volume = numbered(orientation);
    const view = sliceView(volume, plane);
    /** Where the voxel lies that is shown there, found by its number. */
    const worldOf = (index: number, row: number, column: number): readonly number[] => {
      const number = valuesOfSlice(volume.voxels, view, index)[row * view.right.count + column];
      const [slices, rows, columns] = volume.voxels.shape as [number, number, number];
      for (let s = 0; s < slices; s++)
        for (let r = 0; r < rows; r++)
          for (let c = 0; c < columns; c++)
            if (volume.voxels.get(s, r, c) === number) {
              expect(placeAlong(view.through, [s, r, c])).toBe(index);
              expect(placeAlong(view.right, [s, r, c])).toBe(column);
              expect(placeAlong(view.down, [s, r, c])).toBe(row);
              return worldAt(volume.affine, [c, r, s]);
            }
      throw new Error('there is no such voxel');
    };
    const here = worldOf(0, 0, 0);
    const stepTo = (world: readonly number[]) => world.map((one, i) => one - here[i]!);
    expect(stepTo(worldOf(1, 0, 0))).toBeAllclose(steps[plane].through, { atol: 1e-9 });
    expect(stepTo(worldOf(0, 1, 0))).toBeAllclose(steps[plane].down, { atol: 1e-9 });
    expect(stepTo(worldOf(0, 0, 1))).toBeAllclose(steps[plane].right, { atol: 1e-9 });
    expect(view.right.spacing).toBe(Math.max(...steps[plane].right.map(Math.abs)));
    expect(view.down.spacing).toBe(Math.max(...steps[plane].down.map(Math.abs)));
  });
});

test('a picture is shown in its colours, marks over them', () => {
  const colours = Float32Array.of(255, 0, 10, 0, 255, 20, 0, 0, 30);
  const image = createVolume(ndarray(colours, [3, 1, 3]));
  const labels = createVolume(ndarray(Uint8Array.of(0, 0, 1), [1, 1, 3]));
  const painted = paintSlice({
    ...{ image, labels, view: flatView(image), index: 0, range: [0, 255], flat: true },
    classes: [{ name: 'background' }, { name: 'lesion', color: [110, 220, 130] }],
    opacity: 0.5,
  });
  // By hand: half of the colour, half of the image.
  expect([...painted]).toEqual([255, 0, 0, 255, 0, 255, 0, 255, 60, 120, 80, 255]);
});

test('grey values: what is around the patient and single bright voxels do not count', () => {
  const voxels = Float32Array.from({ length: 10_000 }, (_, i) => (i < 4000 ? -1000 : i % 100));
  voxels[9999] = 30_000;
  const { usual, whole } = greyRanges(createVolume(ndarray(voxels, [1, 100, 100])));
  expect(whole).toEqual([-1000, 30_000]);
  expect(usual).toEqual([0, 99]);
});

test('an image of one value has a range too', () => {
  const { usual, whole } = greyRanges(createVolume(ndarray(new Float32Array(8), [2, 2, 2])));
  expect(whole[1]).toBeGreaterThan(whole[0]);
  expect(usual).toEqual(whole);
});
