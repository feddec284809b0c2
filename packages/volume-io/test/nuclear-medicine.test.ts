import { readFileSync } from 'node:fs';
import { describe, expect, test } from 'vitest';
import { readVolume, readVolumes, worldAt } from '../src/index.ts';
import { ctSlice } from './dicom-files.ts';

interface Case {
  readonly name: string;
  /** DICOM in base64. */
  readonly file: string;
  /** Where slice k, which holds k, begins: RAS, mm. */
  readonly places: readonly (readonly number[])[];
}

// Generator: tools/fixtures/volume-io/generate_nm.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/nm.json', import.meta.url), 'utf8'),
) as { cases: Case[] };
const bytesOf = ({ file }: Case) => Buffer.from(file, 'base64');

describe('reconstructed slices lie where SimpleITK places them', () => {
  test.each(cases)('$name', async (one) => {
    const { voxels, affine, header } = await readVolume(new Uint8Array(bytesOf(one)));
    expect(voxels.shape).toEqual([3, 4, 5]);
    expect(header).toMatchObject({ isPlaced: true });
    for (let slice = 0; slice < 3; slice++) {
      const place = one.places[voxels.get(slice, 0, 0)]!;
      expect(worldAt(affine, [0, 0, slice])).toBeAllclose(place, { rtol: 0, atol: 1e-9 });
    }
  });
});

test('projections, which are taken from many sides, are no slices of a volume', async () => {
  const bytes = bytesOf(cases[0]!);
  bytes.write('TOMO      ', bytes.indexOf('RECON TOMO'));
  const volumes = await readVolumes(new Uint8Array(bytes));
  expect(volumes.map(({ voxels }) => voxels.shape)).toEqual(Array(3).fill([1, 4, 5]));
});

test('a number of slices that is not that of the frames is damage', async () => {
  const bytes = ctSlice({
    values: new Int16Array(12),
    more: {
      '00080008': ['CS', ['ORIGINAL', 'PRIMARY', 'RECON TOMO']],
      '00180088': ['DS', 4],
      '00280008': ['IS', 2],
      '00540080': ['US', 1],
    },
  });
  await expect(readVolume(bytes)).rejects.toThrow(
    'SliceVector must have a number for each of 2 frames, got 1',
  );
});
