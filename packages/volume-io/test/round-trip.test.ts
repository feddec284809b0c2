import { signed, uniform } from '@sts-net/testing';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  createVolume,
  decodeVolume,
  encodeVolume,
  likeVolume,
  type NiftiDatatype,
  type Volume,
  type VoxelArray,
} from '../src/index.ts';
import { countingVolume, patchedFile } from './volumes.ts';

const datatypes: Readonly<Record<NiftiDatatype, (u: number) => number>> = {
  uint8: (u) => Math.floor(u * 256),
  int8: (u) => Math.floor(u * 256) - 128,
  int16: (u) => Math.floor(u * 65536) - 32768,
  uint16: (u) => Math.floor(u * 65536),
  int32: (u) => Math.floor(u * 2 ** 32) - 2 ** 31,
  uint32: (u) => Math.floor(u * 2 ** 32),
  int64: (u) => (Math.floor(u * 2 ** 24) - 2 ** 23) * 2 ** 39,
  uint64: (u) => Math.floor(u * 2 ** 24) * 2 ** 40,
  float32: (u) => Math.fround(1 / (u - 0.5)),
  float64: (u) => 1 / (u - 0.5),
};

const arrays: Readonly<Record<string, new (values: number[]) => VoxelArray>> = {
  uint8: Uint8Array,
  int8: Int8Array,
  int16: Int16Array,
  uint16: Uint16Array,
  int32: Int32Array,
  uint32: Uint32Array,
  float32: Float32Array,
};

/** A rotation from a random quaternion, scaled along columns. */
function randomAffine(key: string, mirrored: boolean): number[] {
  const [a, b, c, d] = signed(key, 4).map(
    (v, _, all) => v / Math.hypot(...all),
  ) as unknown as number[];
  const [dx, dy, dz] = [...uniform(`${key}/spacing`, 3)].map((v) => 0.5 + 3 * v);
  const z = mirrored ? -dz! : dz!;
  const [w, x, y, k] = [a!, b!, c!, d!];
  return [
    [(1 - 2 * (y * y + k * k)) * dx!, 2 * (x * y - w * k) * dy!, 2 * (x * k + w * y) * z, -31],
    [2 * (x * y + w * k) * dx!, (1 - 2 * (x * x + k * k)) * dy!, 2 * (y * k - w * x) * z, 12.5],
    [2 * (x * k - w * y) * dx!, 2 * (y * k + w * x) * dy!, (1 - 2 * (x * x + y * y)) * z, 7],
    [0, 0, 0, 1],
  ].flat();
}

describe('write, then read, is the identity', () => {
  const names = Object.keys(datatypes) as NiftiDatatype[];
  test.each(names.flatMap((datatype) => [false, true].map((gzip) => ({ datatype, gzip }))))(
    '$datatype, gzip $gzip',
    async ({ datatype, gzip }) => {
      for (const shape of [
        [1, 1, 1],
        [3, 5, 7],
        [2, 1, 9],
      ]) {
        const count = shape.reduce((a, b) => a * b, 1);
        const values = Array.from(uniform(`${datatype}${shape}`, count), datatypes[datatype]);
        const voxels = ndarray(new (arrays[datatype] ?? Float64Array)(values), shape);
        const bytes = await encodeVolume(createVolume(voxels), { datatype, gzip });
        expect(bytes[0] === 0x1f).toBe(gzip);
        const read = await decodeVolume(bytes);
        expect(read.header).toMatchObject({ format: 'nifti-1', datatype });
        expect(read.voxels.data).toEqual(voxels.data);
        expect(read.voxels.shape).toEqual(shape);
      }
    },
  );

  test('NaN, infinities and −0 of floats', async () => {
    const voxels = ndarray(
      new Float32Array([Number.NaN, Number.POSITIVE_INFINITY, -0, -1e-45]),
      [1, 2, 2],
    );
    const read = await decodeVolume(await encodeVolume(createVolume(voxels)));
    expect(read.voxels.data).toEqual(voxels.data);
  });

  test.each([0, 1, 2, 3, 4, 5, 6, 7])(
    'affine %i, through sform and through qform',
    async (seed) => {
      const affine = randomAffine(`affine ${seed}`, seed % 2 === 1);
      const volume = createVolume(countingVolume().voxels, { affine });
      const bytes = await encodeVolume(volume);
      const bySform = await decodeVolume(bytes);
      expect(bySform.affine).toBeAllclose(affine, { rtol: 1e-6, atol: 1e-6 });
      expect(bySform.spacing).toBeAllclose(volume.spacing, { rtol: 1e-6, atol: 0 });
      new DataView(bytes.buffer).setInt16(254, 0, true);
      const byQform = await decodeVolume(bytes);
      expect(byQform.header).toMatchObject({ qformCode: 2, sformCode: 0 });
      expect(byQform.affine).toBeAllclose(affine, { rtol: 1e-5, atol: 5e-6 });
    },
  );

  test('a sheared affine has no qform', async () => {
    const affine = [1, 0.3, 0, 0, 0, 1, 0, 0, 0, 0, 2, 0, 0, 0, 0, 1];
    const read = await decodeVolume(
      await encodeVolume(createVolume(countingVolume().voxels, { affine })),
    );
    expect(read.header).toMatchObject({ qformCode: 0, sformCode: 2 });
    expect(read.affine).toBeAllclose(affine, { rtol: 1e-6, atol: 0 });
  });

  test('strided views are written in C order', async () => {
    const { voxels } = countingVolume();
    const view = voxels.transpose(2, 0, 1).step(-1, 1, 2);
    const read = await decodeVolume(await encodeVolume(createVolume(view)));
    for (let i = 0; i < 5; i++) {
      for (let j = 0; j < 3; j++) {
        for (let k = 0; k < 2; k++) expect(read.voxels.get(i, j, k)).toBe(view.get(i, j, k));
      }
    }
  });
});

describe('units', () => {
  test.each([
    [0, 1],
    [1, 1000],
    [2, 1],
    [3, 0.001],
  ])('unit code %i is %d mm', async (code, factor) => {
    const volume = await decodeVolume(await patchedFile((view) => view.setUint8(123, 8 | code)));
    expect(volume.spacing).toBeAllclose([3 * factor, factor, 0.5 * factor], {
      rtol: 1e-9,
      atol: 0,
    });
    expect(volume.affine[0]).toBeCloseTo(0.5 * factor, 12);
    expect(volume.affine[15]).toBe(1);
  });
});

describe('likeVolume', () => {
  const label = () => ndarray(new Uint8Array(60).fill(1), [3, 4, 5]);

  test('keeps the grid’s bytes and byte order and nothing that is about the old voxels', async () => {
    for (const littleEndian of [true, false]) {
      const bytes = await patchedFile((view) => {
        for (let at = 0; at < 348; at++) view.setUint8(at, (at * 37) & 0xff);
        view.setInt32(0, 348, littleEndian);
        [4, 5, 4, 3, 1, 77, -3, 0].forEach((v, i) => {
          view.setInt16(40 + 2 * i, v, littleEndian);
        });
        view.setInt16(70, 4, littleEndian);
        view.setFloat32(108, 352, littleEndian);
        view.setFloat32(112, 2, littleEndian);
        view.setFloat32(116, 5, littleEndian);
        view.setUint8(123, 10);
        view.setInt16(252, 3, littleEndian);
        view.setInt16(254, 2, littleEndian);
        for (let i = 0; i < 12; i++)
          view.setFloat32(280 + 4 * i, [2, 1, 0, 5][(i + (i >> 2) * 3) % 4]!, littleEndian);
        [0x6e, 0x2b, 0x31, 0].forEach((v, i) => {
          view.setUint8(344 + i, v);
        });
      });
      const written = await encodeVolume(likeVolume(await decodeVolume(bytes), label()));
      const same = (start: number, end: number) =>
        Buffer.from(written.subarray(start, end)).equals(Buffer.from(bytes.subarray(start, end)));
      expect([same(39, 56), same(76, 108), same(123, 124), same(252, 328)]).toEqual(
        Array(4).fill(true),
      );
      const zero = (start: number, end: number) =>
        written.subarray(start, end).every((v) => v === 0);
      expect([zero(4, 39), zero(56, 70), zero(124, 252), zero(328, 344)]).toEqual(
        Array(4).fill(true),
      );
      const header = (await decodeVolume(written)).header!;
      expect(header).toMatchObject({
        littleEndian,
        datatype: 'uint8',
        sclSlope: 1,
        sclInter: 0,
        voxOffset: 352,
      });
      expect((await decodeVolume(written)).voxels.data).toEqual(label().data);
    }
  });

  test('drops extensions, which writing the volume itself keeps', async () => {
    const plain = await patchedFile((view) => view.setFloat32(108, 384, true));
    const bytes = new Uint8Array(plain.length + 32);
    bytes.set(plain.subarray(0, 352));
    bytes.set(
      Array.from({ length: 36 }, (_, i) => i + 1),
      348,
    );
    bytes.set(plain.subarray(352), 384);
    const volume = await decodeVolume(bytes);
    expect(Buffer.from(await encodeVolume(volume)).equals(Buffer.from(bytes))).toBe(true);
    expect(await encodeVolume(likeVolume(volume, label()))).toHaveLength(352 + 60);
  });

  test('works for a volume without header', () => {
    const volume = countingVolume();
    expect(likeVolume(volume, label())).toEqual({
      voxels: label(),
      spacing: volume.spacing,
      affine: volume.affine,
    });
  });
});

describe('errors', () => {
  const volume = countingVolume();
  test.each<[string, () => unknown, RegExp]>([
    [
      'fraction as integer',
      () =>
        encodeVolume(createVolume(ndarray(new Float32Array([1, 2.5]), [1, 1, 2])), {
          datatype: 'int16',
        }),
      /whole number from -32768 to 32767 to be stored as int16, got 2.5 at index 1/,
    ],
    [
      'out of range',
      () => encodeVolume(volume, { datatype: 'int8' }),
      /from -128 to 127 to be stored as int8, got 130 at index 35/,
    ],
    [
      'NaN as integer',
      () =>
        encodeVolume(createVolume(ndarray(new Float64Array([Number.NaN]), [1, 1, 1])), {
          datatype: 'int64',
        }),
      /stored as int64, got NaN/,
    ],
    [
      'datatype',
      () => encodeVolume(volume, { datatype: 'complex64' as 'int8' }),
      /`datatype` must be one of uint8, .*, got complex64/,
    ],
    [
      'rank',
      () => encodeVolume({ ...volume, voxels: ndarray(new Int16Array(4), [2, 2]) }),
      /shape \[slice, row, column\] without empty axes, got \[2, 2\]/,
    ],
    [
      'spacing',
      () => createVolume(volume.voxels, { spacing: [1, 0, 1] }),
      /spacing must be three positive distances in mm, got \[1, 0, 1\]/,
    ],
    [
      'affine',
      () => createVolume(volume.voxels, { affine: [1, 2, 3] }),
      /affine must be 16 finite numbers|spacing/,
    ],
    [
      'singular affine',
      () =>
        createVolume(volume.voxels, { affine: [1, 1, 0, 0, 1, 1, 0, 0, 0, 0, 1, 0, 0, 0, 0, 1] }),
      /affine must be invertible/,
    ],
    [
      'spacing against affine',
      () => createVolume(volume.voxels, { spacing: [1, 1, 2], affine: volume.affine }),
      /spacing must be the lengths of the affine's columns, \[3, 1, 0.5\], got \[1, 1, 2\]/,
    ],
    [
      'label of another shape',
      () => likeVolume(volume, ndarray(new Uint8Array(4), [1, 2, 2])),
      /must have the volume's shape \[3, 4, 5\], got \[1, 2, 2\]/,
    ],
    [
      'too long an axis',
      () => encodeVolume(createVolume(ndarray(new Uint8Array(32768), [1, 1, 32768]))),
      /at most 32767 voxels, got shape \[1, 1, 32768\]/,
    ],
  ])('%s', async (_, run, message) => {
    await expect(async () => run()).rejects.toThrow(message);
    await expect(async () => run()).rejects.toThrow(RangeError);
  });

  test('a header that no longer fits the volume', async () => {
    const read: Volume = await decodeVolume(await encodeVolume(volume));
    const cropped = { ...read, voxels: read.voxels.hi(2, 4, 5) };
    await expect(encodeVolume(cropped)).rejects.toThrow(
      /volume's shape must be the header's, \[3, 4, 5\], got \[2, 4, 5\]; for a new grid make the volume without `header`/,
    );
    const { header, ...free } = cropped;
    expect((await decodeVolume(await encodeVolume(free))).voxels.shape).toEqual([2, 4, 5]);
    const moved = { ...read, affine: read.affine.with(3, 9) };
    await expect(encodeVolume(moved)).rejects.toThrow(/volume's affine must be the header's/);
  });
});
