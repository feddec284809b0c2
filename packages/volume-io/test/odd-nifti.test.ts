import { readFileSync } from 'node:fs';
import { gunzipSync, gzipSync } from 'node:zlib';
import { describe, expect, test } from 'vitest';
import { decodeVolume, encodeVolume } from '../src/index.ts';
import { patchedFile, valuesOf } from './volumes.ts';

interface Case {
  readonly name: string;
  /** gzip in base64. */
  readonly file: string;
  readonly affine: readonly number[];
  /** What the warning names; null where nothing is odd. */
  readonly warning: string | null;
}

// Generator: tools/fixtures/volume-io/generate_odd_nifti.py
const { cases, voxels } = JSON.parse(
  readFileSync(new URL('./fixtures/odd-nifti.json', import.meta.url), 'utf8'),
) as { cases: Case[]; voxels: readonly number[] };
const bytesOf = ({ file }: Case) => gunzipSync(Buffer.from(file, 'base64'));

async function read(bytes: Uint8Array) {
  const warnings: string[] = [];
  const onWarning = (message: string) => warnings.push(message);
  return { volume: await decodeVolume(bytes, { name: 'odd.nii', onWarning }), warnings };
}

describe('reads what nibabel and ITK read, with a word', () => {
  test.each(cases)('$name', async (one) => {
    for (const bytes of [bytesOf(one), gzipSync(bytesOf(one))]) {
      const { volume, warnings } = await read(bytes);
      expect(valuesOf(volume)).toEqual(voxels);
      expect(volume.affine).toBeAllclose(one.affine, { rtol: 1e-6, atol: 1e-5 });
      if (one.warning === null) expect(warnings).toEqual([]);
      else {
        expect(warnings).toHaveLength(1);
        expect(warnings[0]).toMatch(/^odd\.nii: /);
        expect(warnings[0]).toContain(one.warning);
      }
    }
  });

  test('and writes it back with the same geometry', async () => {
    for (const one of cases) {
      const { volume } = await read(bytesOf(one));
      const again = await decodeVolume(await encodeVolume(volume));
      expect(again.affine).toEqual(volume.affine);
      expect(again.spacing).toEqual(volume.spacing);
    }
  });
});

test('each spacing of 0 is said, and those of axes that are not there are not', async () => {
  const noTransform = (view: DataView) => view.setInt32(252, 0);
  const spacings = (view: DataView) => {
    for (const at of [80, 84, 88]) view.setFloat32(at, 0, true);
  };
  const { volume, warnings } = await read(await patchedFile(noTransform, spacings));
  expect(volume.spacing).toEqual([1, 1, 1]);
  expect(warnings).toHaveLength(3);
  const plane = (view: DataView) => view.setInt16(40, 2, true);
  expect((await read(await patchedFile(noTransform, spacings, plane))).warnings).toEqual([
    expect.stringContaining('pixdim[1]'),
    expect.stringContaining('pixdim[2]'),
    expect.stringContaining('bytes follow'),
  ]);
});
