import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, test } from 'vitest';
import { AXIS_ORDERS, turnAxes } from '../src/grids/turn-axes.ts';
import { sliceAcross, turnTowards } from '../src/grids/turn-towards.ts';
import {
  createVolume,
  encodeDicomSegments,
  likeVolume,
  readDicomGrid,
  readDicomSegments,
  readDicomSeries,
  readRtStruct,
  type Volume,
} from '../src/index.ts';
import { valuesOf } from './volumes.ts';

const fixture = (path: string) =>
  fileURLToPath(new URL(`./fixtures/conformance/dicom/${path}`, import.meta.url));

/** All 48 orders and directions of the axes of a volume, without a DICOM header. */
function turnsOf(volume: Volume): Volume[] {
  return AXIS_ORDERS.flatMap((order) =>
    Array.from({ length: 8 }, (_, mirrors) =>
      turnAxes(
        volume,
        order.map((axis) => ({ axis, mirrored: ((mirrors >> axis) & 1) === 1 })),
      ),
    ),
  );
}

/** World place of each voxel of a mask that is 1, in a fixed order. */
function placesOf({ voxels, affine }: Volume): string[] {
  const [depth, rows, columns] = voxels.shape as [number, number, number];
  const places: string[] = [];
  for (let z = 0; z < depth; z++) {
    for (let y = 0; y < rows; y++) {
      for (let x = 0; x < columns; x++) {
        if (voxels.get(z, y, x) === 0) continue;
        const at = [0, 1, 2].map((r) => {
          const [a, b, c, d] = affine.slice(4 * r, 4 * r + 4) as [number, number, number, number];
          return (a * x + b * y + c * z + d).toFixed(3);
        });
        places.push(at.join());
      }
    }
  }
  return places.sort();
}

let image: Volume;
beforeAll(async () => {
  image = await readDicomSeries(fixture('rt-utils/oriented_data'));
});

/** A mask of the image that is 1 in a box of slices. */
function boxOf(first: number, last: number): Volume<Uint8Array> {
  const [, rows, columns] = image.voxels.shape as [number, number, number];
  const size = rows * columns;
  const data = Uint8Array.from({ length: image.voxels.size }, (_, i) => {
    const slice = Math.floor(i / size);
    return Number(slice >= first && slice <= last && i % 37 === slice % 5);
  });
  return likeVolume(image, ndarray(data, [...image.voxels.shape]));
}

const encoded = (volume: Volume<Uint8Array>) =>
  encodeDicomSegments([{ label: 'x', volume }], { like: image });

describe('the grid of what was drawn', () => {
  test('spans the frames of all segmentations, each of which keeps its place', async () => {
    const [low, high] = [boxOf(0, 0), boxOf(2, 2)];
    const files = [await encoded(high), await encoded(low)];
    const grid = await readDicomGrid(files);
    expect(grid.voxels.shape).toEqual(image.voxels.shape);
    const [only] = files;
    expect((await readDicomGrid([only!])).voxels.shape[0]).toBe(1);
    for (const [i, mask] of [high, low].entries()) {
      const [one] = await readDicomSegments(files[i]!, { like: grid });
      expect(one!.volume.voxels.shape).toEqual(grid.voxels.shape);
      expect(placesOf(one!.volume)).toEqual(placesOf(mask));
    }
  });

  test('reaches as far as contours do, which have none of their own', async () => {
    const middle = await encoded(boxOf(1, 1));
    const contours = fileURLToPath(new URL('./fixtures/rt/polygons.dcm', import.meta.url));
    const grid = await readDicomGrid([middle, contours]);
    const rois = await readRtStruct(contours, { like: grid });
    const whole = await readRtStruct(contours, { like: image });
    expect(rois.length).toBeGreaterThan(3);
    for (const [k, { volume, contoursLeftOut }] of rois.entries()) {
      expect(contoursLeftOut).toBe(0);
      expect(placesOf(volume)).toEqual(placesOf(whole[k]!.volume));
    }
    await expect(readDicomGrid([contours])).rejects.toThrow(/got contours alone; contours have no/);
  });
});

describe('masks on an image whose axes are stored in another order', () => {
  test('of a structure set', async () => {
    const contours = fileURLToPath(new URL('./fixtures/rt/polygons.dcm', import.meta.url));
    const whole = await readRtStruct(contours, { like: image });
    for (const like of turnsOf(image)) {
      const rois = await readRtStruct(contours, { like });
      for (const [k, { volume }] of rois.entries()) {
        expect(volume.affine).toEqual(like.affine);
        expect(placesOf(volume)).toEqual(placesOf(whole[k]!.volume));
      }
    }
  });

  test('of a segmentation', async () => {
    const mask = boxOf(0, 1);
    const file = await encoded(mask);
    for (const like of turnsOf(image)) {
      const [one] = await readDicomSegments(file, { like });
      expect(one!.volume.affine).toEqual(like.affine);
      expect(one!.volume.voxels.data).toHaveLength(image.voxels.size);
      expect(placesOf(one!.volume)).toEqual(placesOf(mask));
    }
  });
});

describe('turned volumes', () => {
  const affine = [0.5, 0.1, 0, 1, -0.1, 0.7, 0.2, 2, 0, -0.1, 2, 3, 0, 0, 0, 1];
  const volume = createVolume(
    ndarray(
      Float32Array.from({ length: 24 }, (_, i) => i),
      [2, 3, 4],
    ),
    {
      affine,
    },
  );
  const step = (axis: number): [number, number, number] => [
    affine[axis]!,
    affine[4 + axis]!,
    affine[8 + axis]!,
  ];

  test('come back from every order, and are left where they lie right', () => {
    const directions = { column: step(0), row: step(1), slice: step(2) };
    expect(turnTowards(volume, directions)).toBe(volume);
    for (const turned of turnsOf(volume)) {
      const back = turnTowards(turned, directions);
      expect(valuesOf(back)).toEqual(valuesOf(volume));
      expect(back.affine).toBeAllclose(affine, { atol: 1e-12 });
      const across = sliceAcross(turned, step(2).map((part) => -part) as [number, number, number]);
      expect(across.voxels.shape[0]).toBe(2);
    }
    expect(sliceAcross(volume, step(2))).toBe(volume);
  });
});
