import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, test } from 'vitest';
import { decodeVolumes, encodeVolume, readVolume, readVolumes } from '../src/index.ts';
import { gzipped, valuesOf } from './volumes.ts';

interface Case {
  readonly name: string;
  readonly files: { readonly header: string; readonly image?: string };
  readonly format: string;
  /** `x, y, z`. */
  readonly shape: readonly number[];
  readonly affine: readonly number[];
  /** Values of each volume, x fastest. */
  readonly volumes: readonly (readonly number[])[];
}

// Generator: tools/fixtures/volume-io/generate_nifti.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/nifti-kinds.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));

describe('reads what nibabel reads', () => {
  test.each(cases)('$name', async (one) => {
    const sibling = async (name: string) =>
      name === 'scan.img' && one.files.image ? bytesOf(one.files.image) : undefined;
    const volumes = await decodeVolumes(bytesOf(one.files.header), { name: 'scan.hdr', sibling });
    expect(volumes.map(valuesOf)).toEqual(one.volumes);
    for (const volume of volumes) {
      expect(volume.voxels.shape).toEqual([...one.shape].reverse());
      expect(volume.affine).toBeAllclose(one.affine, { rtol: 1e-6, atol: 1e-5 });
      expect(volume.header?.format).toBe(one.format);
    }
  });

  test.each(cases)('each volume writes back as a file of its own: $name', async (one) => {
    const sibling = async () => bytesOf(one.files.image ?? '');
    const volumes = await decodeVolumes(bytesOf(one.files.header), { name: 'a.hdr', sibling });
    for (const [i, volume] of volumes.entries()) {
      const again = await decodeVolumes(await encodeVolume(volume));
      expect(again).toHaveLength(1);
      expect(valuesOf(again[0]!)).toEqual(one.volumes[i]);
      expect(again[0]!.affine).toEqual(volume.affine);
      expect(again[0]!.header?.format).toBe(one.format);
    }
  });
});

test('a pair is read by the path of either file, plain or compressed', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'pair '));
  for (const { name, files, volumes } of cases.filter((one) => one.files.image !== undefined)) {
    const base = name.replace(/\W/g, '_').concat(name.includes('<') ? 'l' : 'b');
    await writeFile(join(folder, `${base}.hdr`), bytesOf(files.header));
    await writeFile(join(folder, `${base}.img`), bytesOf(files.image!));
    await writeFile(join(folder, `${base}z.hdr.gz`), gzipped(bytesOf(files.header)));
    await writeFile(join(folder, `${base}z.img.gz`), gzipped(bytesOf(files.image!)));
    await writeFile(join(folder, `${base}U.HDR`), bytesOf(files.header));
    await writeFile(join(folder, `${base}U.IMG`), bytesOf(files.image!));
    const plain = [`${base}.hdr`, `${base}.img`, `${base}U.HDR`, `${base}U.IMG`];
    for (const path of [...plain, `${base}z.hdr.gz`, `${base}z.img.gz`]) {
      expect(valuesOf(await readVolume(join(folder, path)))).toEqual(volumes[0]);
      expect(valuesOf(await readVolume(pathToFileURL(join(folder, path))))).toEqual(volumes[0]);
    }
  }
});

test('readVolume takes one volume only and says how to get the others', async () => {
  const one = cases.find(({ name }) => name === '4-D <')!;
  const bytes = bytesOf(one.files.header);
  await expect(readVolume(bytes)).rejects.toThrow(
    /must hold one 3-D image .* got 4 of shape \[2, 2, 3\]; .*`readVolumes`/,
  );
  expect(await readVolumes(bytes)).toHaveLength(4);
});
