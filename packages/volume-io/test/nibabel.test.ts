import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { decodeVolume, encodeVolume, type NiftiDatatype } from '../src/index.ts';

interface Case {
  readonly name: string;
  readonly file: string;
  readonly littleEndian: boolean;
  readonly dtype: NiftiDatatype;
  readonly slopeAndInter: readonly [number | null, number | null];
  /** `x, y, z`, as far as the file has them. */
  readonly shape: readonly number[];
  readonly affine: readonly number[];
  /** Along x, y, z. */
  readonly spacing: readonly number[];
  /** x fastest. */
  readonly values: readonly number[];
}

// Generator: tools/fixtures/volume-io/generate.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/nibabel.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const isScaled = ({ slopeAndInter: [slope, inter] }: Case) =>
  slope !== null && slope !== 0 && !(slope === 1 && inter === 0);

const arrayNames: Readonly<Record<string, string>> = {
  uint8: 'Uint8Array',
  int8: 'Int8Array',
  int16: 'Int16Array',
  uint16: 'Uint16Array',
  int32: 'Int32Array',
  uint32: 'Uint32Array',
  int64: 'Float64Array',
  uint64: 'Float64Array',
  float32: 'Float32Array',
  float64: 'Float64Array',
};

describe('reads what nibabel reads', () => {
  test.each(cases)('$name', async (one) => {
    const volume = await decodeVolume(Buffer.from(one.file, 'base64'));
    const [nx = 1, ny = 1, nz = 1] = one.shape;
    expect(volume.voxels.shape).toEqual([nz, ny, nx]);
    expect(volume.affine).toBeAllclose(one.affine, { rtol: 1e-6, atol: 1e-5 });
    expect([...volume.spacing].reverse()).toBeAllclose(one.spacing, { rtol: 1e-6, atol: 0 });
    expect(volume.header).toMatchObject({ littleEndian: one.littleEndian, datatype: one.dtype });

    const { data } = volume.voxels;
    if (isScaled(one)) {
      expect(data.constructor.name).toBe(one.dtype === 'int32' ? 'Float64Array' : 'Float32Array');
      expect(data).toBeAllclose(one.values, { rtol: 1e-7, atol: 1e-4 });
    } else {
      expect(data.constructor.name).toBe(arrayNames[one.dtype]);
      expect([...data]).toEqual(one.values);
    }
  });
});

test.each(cases.filter((one) => !isScaled(one)))(
  'writing an unchanged volume gives the same bytes: $name',
  async ({ file, dtype }) => {
    const bytes = Buffer.from(file, 'base64');
    const written = await encodeVolume(await decodeVolume(bytes), { datatype: dtype });
    expect(Buffer.from(written).equals(bytes)).toBe(true);
  },
);
