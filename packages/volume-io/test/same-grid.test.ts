import { signed } from '@sts-net/testing';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  checkSameGrid,
  createVolume,
  decodeVolume,
  encodeVolume,
  gridDistance,
  ontoGridOf,
  resample,
  type Volume,
} from '../src/index.ts';
import { valuesOf } from './volumes.ts';

type Triple = readonly [number, number, number];

/** Turned against the body and stretched, so that no two steps are alike; smallest spacing 0.8 mm. */
const oblique = obliqueAffine([0.8, 1.1, 2.5], [-31.4, 12.7, 88.1]);

/** Steps of these lengths along column, row and slice, at right angles but along no axis of the body. */
function obliqueAffine([dx, dy, dz]: Triple, origin: Triple): number[] {
  const [c1, s1, c2, s2] = [Math.cos(0.4), Math.sin(0.4), Math.cos(0.3), Math.sin(0.3)];
  const rows = [
    [c1 * dx, -s1 * c2 * dy, s1 * s2 * dz, origin[0]],
    [s1 * dx, c1 * c2 * dy, -c1 * s2 * dz, origin[1]],
    [0, s2 * dy, c2 * dz, origin[2]],
    [0, 0, 0, 1],
  ];
  return rows.flat();
}

/** A volume each of whose voxels holds another number. */
function numbered([slices, rows, columns]: Triple, affine: readonly number[]): Volume<Int16Array> {
  const data = Int16Array.from({ length: slices * rows * columns }, (_, i) => i);
  return createVolume(ndarray(data, [slices, rows, columns]), { affine });
}

/** World position of a voxel. */
function placeOf({ affine }: Volume, [slice, row, column]: Triple): number[] {
  return [0, 4, 8].map(
    (r) => affine[r]! * column + affine[r + 1]! * row + affine[r + 2]! * slice + affine[r + 3]!,
  );
}

function movedBy(volume: Volume<Int16Array>, shift: Triple): Volume<Int16Array> {
  const affine = [...volume.affine];
  for (const [i, step] of shift.entries()) affine[4 * i + 3]! += step;
  return { ...volume, affine };
}

/**
 * The same voxels at the same places, stored in another order: the slow way, voxel by voxel.
 * @param order for each new axis, of `[slice, row, column]`, the old one
 */
function stored(volume: Volume<Int16Array>, order: Triple, mirrored: readonly boolean[]) {
  const old = volume.voxels.shape as unknown as Triple;
  const shape = order.map((axis) => old[axis]!) as unknown as Triple;
  const sourceOf = (at: Triple): Triple => {
    const source = [0, 0, 0];
    for (const [i, axis] of order.entries()) {
      source[axis] = mirrored[i] ? shape[i]! - 1 - at[i]! : at[i]!;
    }
    return source as unknown as Triple;
  };
  const voxels = ndarray(new Int16Array(shape[0] * shape[1] * shape[2]), [...shape]);
  for (let s = 0; s < shape[0]; s++) {
    for (let r = 0; r < shape[1]; r++) {
      for (let c = 0; c < shape[2]; c++) {
        voxels.set(s, r, c, volume.voxels.get(...sourceOf([s, r, c])));
      }
    }
  }
  // Steps are differences of places; they also hold for axes with one voxel only.
  const origin = placeOf(volume, sourceOf([0, 0, 0]));
  const step = (i: number) => {
    const one = [0, 0, 0];
    one[i] = 1;
    const there = placeOf(volume, sourceOf(one as unknown as Triple));
    return there.map((value, k) => value - origin[k]!);
  };
  const [z, y, x] = [step(0), step(1), step(2)] as [number[], number[], number[]];
  const affine = [0, 1, 2].flatMap((k) => [x[k]!, y[k]!, z[k]!, origin[k]!]);
  return createVolume(voxels, { affine: [...affine, 0, 0, 0, 1] });
}

const orders: Triple[] = [
  [0, 1, 2],
  [0, 2, 1],
  [1, 0, 2],
  [1, 2, 0],
  [2, 0, 1],
  [2, 1, 0],
];
const turns = orders.flatMap((order) =>
  Array.from({ length: 8 }, (_, bits) => ({
    order,
    mirrored: [0, 1, 2].map((axis) => ((bits >> axis) & 1) === 1),
  })),
);

describe('gridDistance', () => {
  test('of a grid that is moved is how far it is moved', () => {
    const volume = numbered([3, 4, 5], oblique);
    const shifts = signed('shifts', 30);
    for (let i = 0; i < 30; i += 3) {
      const shift = [shifts[i]! * 40, shifts[i + 1]! * 40, shifts[i + 2]! * 40] as const;
      const length = Math.hypot(...shift);
      expect(gridDistance(volume, movedBy(volume, shift))).toBeCloseTo(length, 9);
      expect(gridDistance(movedBy(volume, shift), volume)).toBeCloseTo(length, 9);
    }
    expect(gridDistance(volume, volume)).toBe(0);
  });

  test('is the largest over all voxels, taken one by one', () => {
    const one = numbered([3, 4, 5], oblique);
    for (let k = 0; k < 20; k++) {
      const noise = signed(`noise${k}`, 12);
      const affine = oblique.map((value, i) => (i < 12 ? value + 0.3 * noise[i]! : value));
      const other = numbered([3, 4, 5], affine);
      let largest = 0;
      for (let s = 0; s < 3; s++) {
        for (let r = 0; r < 4; r++) {
          for (let c = 0; c < 5; c++) {
            const [a, b] = [placeOf(one, [s, r, c]), placeOf(other, [s, r, c])];
            largest = Math.max(largest, Math.hypot(...a.map((value, i) => value - b[i]!)));
          }
        }
      }
      expect(gridDistance(one, other)).toBeCloseTo(largest, 9);
    }
  });

  test('of different shapes there is none', () => {
    expect(() => gridDistance(numbered([3, 4, 5], oblique), numbered([3, 5, 4], oblique))).toThrow(
      /must have one shape, got \[3, 4, 5\] and \[3, 5, 4\]/,
    );
  });
});

describe('checkSameGrid', () => {
  const reference = numbered([3, 4, 5], oblique);

  test('half of the smallest spacing is what headers may differ by', () => {
    const along = (length: number) => movedBy(reference, [0, length * 0.6, length * 0.8]);
    for (const length of [0, 0.1, 0.399]) {
      expect(() => checkSameGrid(along(length), reference)).not.toThrow();
    }
    for (const length of [0.401, 0.8, 50]) {
      expect(() => checkSameGrid(along(length), reference)).toThrow(RangeError);
    }
    const plain = numbered([2, 2, 2], [2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1]);
    expect(() => checkSameGrid(movedBy(plain, [1, 0, 0]), plain)).not.toThrow();
  });

  test('one corner is enough', () => {
    const affine = [...oblique];
    affine[0]! += 0.401 / 4;
    expect(() => checkSameGrid(numbered([3, 4, 5], affine), reference)).toThrow(/up to 0.40 mm/);
    affine[0]! -= 0.003 / 4;
    expect(() => checkSameGrid(numbered([3, 4, 5], affine), reference)).not.toThrow();
  });

  test('errors say who, what, how far, and what to do', () => {
    const far = movedBy(reference, [30, 40, 0]);
    expect(() => checkSameGrid(far, reference)).toThrow(
      'the volume must lie where the reference lies, but its header places voxels up to 50.0 mm elsewhere; resample it to that grid, or copy the geometry of the reference into it if only its header is wrong',
    );
    const words = { subject: "case 'a': 'p.nii'", reference: 'the truth' };
    expect(() => checkSameGrid(far, reference, words)).toThrow(
      /^case 'a': 'p.nii' must lie where the truth lies, .* geometry of the truth into it/,
    );
    const other = numbered([3, 5, 4], oblique);
    expect(() => checkSameGrid(other, reference, words)).toThrow(
      /^case 'a': 'p.nii' must have the shape of the truth, \[3, 4, 5\], got \[3, 5, 4\]; .* resample it/,
    );
    for (const one of [far, other]) {
      expect(() => checkSameGrid(one, reference, { remedy: 'give --resample' })).toThrow(
        /; give --resample$/,
      );
    }
    const broken = { ...reference, affine: reference.affine.map(() => Number.NaN) };
    expect(() => checkSameGrid(broken, reference)).toThrow(/affine must be 16 finite numbers/);
    expect(() => checkSameGrid(reference, broken)).toThrow(/affine must be 16 finite numbers/);
  });
});

describe('ontoGridOf gives back what was stored in another order', () => {
  // Of one length along every axis, so that only the affine tells them apart.
  const shapes: Triple[] = [
    [3, 4, 5],
    [3, 3, 3],
    [1, 4, 4],
    [2, 1, 1],
  ];
  test.each(turns)('$order, mirrored $mirrored', ({ order, mirrored }) => {
    for (const shape of shapes) {
      const original = numbered(shape, oblique);
      const turned = stored(original, order, mirrored);
      const back = ontoGridOf(turned, original);
      expect(valuesOf(back)).toEqual(valuesOf(original));
      expect(back.affine).toEqual(original.affine);
      expect(back.spacing).toEqual(original.spacing);
      expect(back.voxels.data).toBe(turned.voxels.data);
    }
  });

  test('where the header is rounded, by up to half a voxel, it is on the grid of the other', () => {
    const original = numbered([3, 4, 5], oblique);
    for (const { order, mirrored } of turns) {
      const turned = stored(original, order, mirrored);
      const near = movedBy(turned, [0.2, -0.2, 0.2]);
      expect(valuesOf(ontoGridOf(near, original))).toEqual(valuesOf(original));
      expect(ontoGridOf(near, original).affine).toEqual(original.affine);
      const far = movedBy(turned, [0.3, -0.3, 0.3]);
      expect(() => ontoGridOf(far, original)).toThrow(/up to 0.52 mm elsewhere/);
    }
  });

  test('NIfTI in LPS and RAS order, as tools store them, with the header of the other', async () => {
    const ras = numbered([6, 10, 12], [1, 0, 0, -9, 0, 1, 0, 4, 0, 0, 2, 7, 0, 0, 0, 1]);
    const lps = stored(ras, [0, 1, 2], [false, true, true]);
    const [one, like] = await Promise.all(
      [ras, lps].map(async (volume) => decodeVolume(await encodeVolume(volume))),
    );
    const brought = ontoGridOf(one!, like!);
    expect(valuesOf(brought)).toEqual(valuesOf(lps));
    const again = await decodeVolume(await encodeVolume(brought));
    expect(valuesOf(again)).toEqual(valuesOf(lps));
    expect(again.affine).toEqual(like!.affine);
  });
});

describe('ontoGridOf refuses what is on another grid', () => {
  const like = numbered([4, 4, 4], oblique);
  const turned = stored(like, [2, 0, 1], [true, false, true]);

  test('elsewhere: the distance is that of the best order', () => {
    expect(() => ontoGridOf(movedBy(turned, [0, 30, 40]), like, { subject: 'm' })).toThrow(
      /^m must lie where the reference lies, .* up to 50.0 mm elsewhere/,
    );
  });

  test('of another spacing, of another angle, of another shape', () => {
    const finer = numbered([4, 4, 4], obliqueAffine([0.4, 1.1, 2.5], [-31.4, 12.7, 88.1]));
    expect(() => ontoGridOf(finer, like)).toThrow(/up to 1.2 mm elsewhere/);
    const straight = numbered([4, 4, 4], [0.8, 0, 0, 0, 0, 1.1, 0, 0, 0, 0, 2.5, 0, 0, 0, 0, 1]);
    expect(() => ontoGridOf(straight, like)).toThrow(/mm elsewhere/);
    expect(() => ontoGridOf(resample(like, [2, 1, 1]), like, { reference: 'the image' })).toThrow(
      /must have the shape of the image, \[4, 4, 4\], got \[5, 4, 3\]/,
    );
    expect(() => ontoGridOf(numbered([4, 4, 8], oblique), like)).toThrow(/\[4, 4, 8\]/);
    const broken = { ...like, affine: like.affine.map(() => Number.NaN) };
    expect(() => ontoGridOf(like, broken)).toThrow(/affine must be 16 finite numbers/);
    expect(() => ontoGridOf(broken, like)).toThrow(/affine must be 16 finite numbers/);
  });
});
