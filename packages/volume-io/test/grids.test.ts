import { readFileSync } from 'node:fs';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  createVolume,
  crop,
  orientationOf,
  pad,
  reorient,
  resample,
  resampleOnto,
  type Volume,
} from '../src/index.ts';
import { countingVolume, valuesOf } from './volumes.ts';

interface Grid {
  /** `x, y, z`. */
  readonly shape: readonly [number, number, number];
  readonly affine: readonly number[];
}
interface Golden extends Grid {
  readonly values: readonly number[];
  readonly reoriented: readonly (Grid & { orientation: string; values: readonly number[] })[];
  readonly resampled: readonly (Grid & {
    readonly spacing: readonly [number, number, number];
    readonly linear: readonly number[];
    readonly nearest: readonly number[];
  })[];
  readonly onto: readonly (Grid & {
    readonly linear: readonly number[];
    readonly nearest: readonly number[];
  })[];
}

// Generator: tools/fixtures/volume-io/generate_grids.py
const golden = JSON.parse(
  readFileSync(new URL('./fixtures/grids.json', import.meta.url), 'utf8'),
) as Golden;
const [nx, ny, nz] = golden.shape;
const source = createVolume(ndarray(Int16Array.from(golden.values), [nz, ny, nx]), {
  affine: golden.affine,
});

/** World position of voxel (slice, row, column). */
function placeOf({ affine }: Volume, [z, y, x]: readonly [number, number, number]): number[] {
  return [0, 1, 2].map(
    (r) =>
      affine[4 * r]! * x + affine[4 * r + 1]! * y + affine[4 * r + 2]! * z + affine[4 * r + 3]!,
  );
}

describe('reorient turns as nibabel does', () => {
  test.each(golden.reoriented)('$orientation', ({ orientation, shape, affine, values }) => {
    const turned = reorient(source, orientation);
    expect(turned.voxels.shape).toEqual([...shape].reverse());
    expect(turned.affine).toBeAllclose(affine, { rtol: 1e-12, atol: 1e-12 });
    expect(valuesOf(turned)).toEqual(values);
    expect(orientationOf(turned)).toBe(orientation);
    // No copy, and back again is the same grid.
    expect(turned.voxels.data).toBe(source.voxels.data);
    const back = reorient(turned, orientationOf(source));
    expect(back.affine).toBeAllclose(source.affine, { rtol: 1e-12, atol: 1e-12 });
    expect(valuesOf(back)).toEqual(valuesOf(source));
  });

  test('what is no orientation is a RangeError', () => {
    for (const wrong of ['', 'RA', 'RAR', 'LRS', 'RASP', 'XYZ', 'RLA']) {
      expect(() => reorient(source, wrong)).toThrow(/one end each of L\/R, P\/A and I\/S/);
    }
  });
});

describe('resample samples as SimpleITK does', () => {
  test.each(golden.resampled)('$spacing', ({ spacing: [dx, dy, dz], shape, affine, ...values }) => {
    const real = {
      ...source,
      voxels: ndarray(Float64Array.from(source.voxels.data), [nz, ny, nx]),
    };
    for (const interpolation of ['linear', 'nearest'] as const) {
      const sampled = resample(real, [dz, dy, dx], { interpolation });
      expect(sampled.voxels.shape).toEqual([...shape].reverse());
      expect(sampled.affine).toBeAllclose(affine, { rtol: 1e-12, atol: 1e-12 });
      expect([...sampled.spacing]).toBeAllclose([dz, dy, dx], { rtol: 1e-12 });
      expect(sampled.voxels.data).toBeAllclose(values[interpolation], { rtol: 1e-9, atol: 1e-6 });
    }
  });

  test('integers are rounded and labels stay labels', () => {
    const labels = createVolume(ndarray(Uint8Array.of(0, 7, 7, 0, 3, 0), [1, 2, 3]));
    const { voxels } = resample(labels, [1, 0.4, 0.3], { interpolation: 'nearest' });
    expect(new Set(voxels.data)).toEqual(new Set([0, 3, 7]));
    expect([...resample(labels, [1, 1, 0.5]).voxels.data.subarray(0, 6)]).toEqual([
      0, 2, 5, 7, 7, 7,
    ]);
  });

  test('a linear function of the world is sampled exactly, between the outermost voxels', () => {
    const field = (place: readonly number[]) => 2 * place[0]! - place[1]! + 0.5 * place[2]!;
    const voxels = ndarray(new Float64Array(nx * ny * nz), [nz, ny, nx]);
    for (let z = 0; z < nz; z++) {
      for (let y = 0; y < ny; y++) {
        for (let x = 0; x < nx; x++) voxels.set(z, y, x, field(placeOf(source, [z, y, x])));
      }
    }
    const sampled = resample({ ...source, voxels }, [1.25, 0.55, 0.4]);
    for (const at of [
      [1, 1, 1],
      [3, 4, 7],
      [4, 6, 8],
    ] as const) {
      expect(sampled.voxels.get(...at)).toBeCloseTo(field(placeOf(sampled, at)), 9);
    }
  });

  test('options are checked', () => {
    expect(() => resample(source, [0, 1, 1])).toThrow(/three positive distances in mm/);
    expect(() => resample(source, [1e-9, 1e-9, 1])).toThrow(/at most 2147483648 voxels/);
    expect(() => resample(source, [1, 1, 1], { interpolation: 'cubic' as never })).toThrow(
      /'linear'/,
    );
  });
});

describe('resampleOnto', () => {
  const real = {
    ...source,
    voxels: ndarray(Float64Array.from(source.voxels.data), [nz, ny, nx]),
  };

  test.each(golden.onto.map((one, i) => [i, one] as const))(
    'samples as SimpleITK does on grid %i: turned, mirrored, tilted, beyond the volume',
    (_, { shape, affine, ...values }) => {
      const [x, y, z] = shape;
      const like = createVolume(ndarray(new Uint8Array(x * y * z), [z, y, x]), { affine });
      for (const interpolation of ['linear', 'nearest'] as const) {
        const sampled = resampleOnto(real, like, { interpolation, outside: -700 });
        expect(sampled.affine).toEqual(like.affine);
        expect(sampled.voxels.data).toBeAllclose(values[interpolation], { rtol: 1e-9, atol: 1e-6 });
        // A view with other strides is the same volume.
        const turned = resampleOnto(reorient(real, 'SLA'), like, { interpolation, outside: -700 });
        expect(turned.voxels.data).toBeAllclose(sampled.voxels.data, { rtol: 1e-9, atol: 1e-6 });
      }
    },
  );

  test.each(['RAS', 'LPS', 'SAR', 'PIL'])(
    'gives the same voxels back on a grid turned to %s',
    (to) => {
      for (const Type of [Uint8Array, Int16Array, Float32Array]) {
        const data = new Type(source.voxels.data.map((value) => value & 127));
        const volume = { ...source, voxels: ndarray(data, [nz, ny, nx]) };
        const turned = reorient(volume, to);
        const there = resampleOnto(volume, turned);
        expect(there.voxels.data).toBeInstanceOf(Type);
        expect(valuesOf(there)).toEqual(valuesOf(turned));
        expect(valuesOf(resampleOnto(there, volume))).toEqual(valuesOf(volume));
      }
    },
  );

  test('takes the nearest voxel beyond the volume, unless told what is there', () => {
    const row = createVolume(ndarray(Float32Array.of(3, 5), [1, 1, 2]));
    const like = createVolume(ndarray(new Uint8Array(5), [1, 1, 5]), {
      affine: [1, 0, 0, -2, 0, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1],
    });
    expect([...resampleOnto(row, like).voxels.data]).toEqual([3, 3, 3, 5, 5]);
    expect([...resampleOnto(row, like, { outside: -1 }).voxels.data]).toEqual([-1, -1, 3, 5, -1]);
    expect(() => resampleOnto(row, like, { interpolation: 'cubic' as never })).toThrow(/'linear'/);
  });
});

describe('crop and pad keep the world position of every voxel', () => {
  test('crop, as slicing in nibabel', () => {
    const part = crop(source, { start: [1, 2, 3], shape: [2, 1, 2] });
    expect(part.voxels.shape).toEqual([2, 1, 2]);
    expect(part.voxels.data).toBe(source.voxels.data);
    for (const [z, y, x] of [
      [0, 0, 0],
      [1, 0, 1],
    ] as const) {
      expect(part.voxels.get(z, y, x)).toBe(source.voxels.get(z + 1, y + 2, x + 3));
      const place = placeOf(source, [z + 1, y + 2, x + 3]);
      expect(placeOf(part, [z, y, x])).toBeAllclose(place, { atol: 1e-12 });
    }
  });

  test('pad, and crop back', () => {
    const volume = countingVolume();
    const padded = pad(volume, [1, 0, 2], [0, 3, 1], { value: -5 });
    expect(padded.voxels.shape).toEqual([4, 7, 8]);
    expect(padded.voxels.get(0, 0, 0)).toBe(-5);
    const back = crop(padded, { start: [1, 0, 2], shape: [3, 4, 5] });
    expect(valuesOf(back)).toEqual(valuesOf(volume));
    expect(back.affine).toEqual(volume.affine);
    expect([...padded.voxels.data].filter((value) => value === -5)).toHaveLength(4 * 7 * 8 - 60);
  });

  test('boxes and amounts are checked', () => {
    for (const [start, shape] of [
      [
        [0, 0, 0],
        [4, 1, 1],
      ],
      [
        [-1, 0, 0],
        [1, 1, 1],
      ],
      [
        [0, 0, 0],
        [0, 1, 1],
      ],
      [
        [0, 0.5, 0],
        [1, 1, 1],
      ],
    ] as const) {
      expect(() => crop(countingVolume(), { start, shape })).toThrow(/must lie within the volume/);
    }
    expect(() => pad(source, [-1, 0, 0], [0, 0, 0])).toThrow(/three whole numbers from 0/);
  });
});
