import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import { createVolume, decodeVolume, knownGeometry } from '../src/index.ts';
import { patchedFile } from './volumes.ts';

const text = (...lines: string[]) => new TextEncoder().encode(lines.join('\n'));

/** An NRRD file of 2 × 1 × 1 voxels. */
const nrrd = (...fields: string[]) =>
  decodeVolume(
    text(
      'NRRD0004',
      'type: uint8',
      'dimension: 3',
      'sizes: 2 1 1',
      'encoding: ascii',
      ...fields,
      '',
      '1 2',
    ),
  );

/** A MetaImage of 2 × 1 × 1 voxels. */
const metaImage = (...fields: string[]) =>
  decodeVolume(
    text(
      ...['ObjectType = Image', 'NDims = 3', 'DimSize = 2 1 1', 'ElementType = MET_UCHAR'],
      ...['BinaryData = False', ...fields, 'ElementDataFile = LOCAL', '1 2'],
    ),
  );

/** A NIfTI with qform and sform as given; both codes are 2 in what is written. */
const nifti = async (qform: number, sform: number, spacing?: number) =>
  decodeVolume(
    await patchedFile((view) => {
      view.setInt16(252, qform, true);
      view.setInt16(254, sform, true);
      if (spacing !== undefined) view.setFloat32(76 + 4 * 3, spacing, true);
    }),
  );

const known = { orientation: true, spacing: [true, true, true] };

// Oracle: what the formats' documents call the fields that hold each.
describe('knownGeometry', () => {
  test('a volume of one’s own is as it says', () => {
    expect(knownGeometry(createVolume(ndarray(new Uint8Array(1), [1, 1, 1])))).toEqual(known);
  });

  test('NIfTI: orientation by a qform or sform, spacing by pixdim or the sform', async () => {
    for (const [qform, sform] of [
      [1, 0],
      [0, 2],
    ] as const) {
      expect(knownGeometry(await nifti(qform, sform))).toEqual(known);
    }
    expect(knownGeometry(await nifti(0, 0))).toEqual({ ...known, orientation: false });
    expect(knownGeometry(await nifti(0, 0, 0)).spacing).toEqual([false, true, true]);
    expect(knownGeometry(await nifti(1, 0, 0)).spacing).toEqual([false, true, true]);
    // The sform has the distances too.
    expect(knownGeometry(await nifti(1, 1, 0)).spacing).toEqual([true, true, true]);
  });

  test('NRRD: directions in a space of the body, spacings axis by axis', async () => {
    const directions = 'space directions: (1,0,0) (0,1,0) (0,0,1)';
    expect(knownGeometry(await nrrd('space: left-posterior-superior', directions))).toEqual(known);
    expect(knownGeometry(await nrrd('space: RAS', directions))).toEqual(known);
    const elsewhere = await nrrd('space: 3D-right-handed', directions);
    expect(knownGeometry(elsewhere)).toEqual({ ...known, orientation: false });
    expect(knownGeometry(await nrrd('spacings: 1 NaN 2'))).toEqual({
      orientation: false,
      spacing: [true, false, true],
    });
    expect(knownGeometry(await nrrd()).spacing).toEqual([false, false, false]);
  });

  test('MetaImage: ElementSpacing and TransformMatrix', async () => {
    const matrix = 'TransformMatrix = 1 0 0 0 1 0 0 0 1';
    expect(knownGeometry(await metaImage('ElementSpacing = 1 1 2', matrix))).toEqual(known);
    expect(knownGeometry(await metaImage('ElementSpacing = 1 1 2')).orientation).toBe(false);
    expect(knownGeometry(await metaImage(matrix)).spacing).toEqual([false, false, false]);
  });
});
