import { readFileSync } from 'node:fs';
import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  createVolume,
  decodeVolume,
  decodeVolumes,
  encodeVolume,
  readVolumes,
  type VolumeFileFormat,
  VolumeFormatError,
} from '../src/index.ts';
import { valuesOf } from './volumes.ts';

interface Case {
  readonly name: string;
  readonly main: string;
  readonly files: Readonly<Record<string, string>>;
  /** `x, y, z`. */
  readonly size: readonly number[];
  readonly affine: readonly number[];
  /** Values of each channel, x fastest. */
  readonly volumes: readonly (readonly number[])[];
}

// Generator: tools/fixtures/volume-io/generate_itk.py
const { cases } = JSON.parse(
  readFileSync(new URL('./fixtures/itk.json', import.meta.url), 'utf8'),
) as { cases: Case[] };

const bytesOf = (base64: string) => new Uint8Array(Buffer.from(base64, 'base64'));
const siblingOf = (one: Case) => async (name: string) =>
  one.files[name] === undefined ? undefined : bytesOf(one.files[name]);

describe('reads what SimpleITK reads', () => {
  test.each(cases)('$name', async (one) => {
    const volumes = await decodeVolumes(bytesOf(one.files[one.main]!), { sibling: siblingOf(one) });
    expect(volumes.map(valuesOf)).toEqual(one.volumes);
    for (const { voxels, affine, spacing } of volumes) {
      expect(voxels.shape).toEqual([...one.size].reverse());
      expect(affine).toBeAllclose(one.affine, { rtol: 1e-12, atol: 1e-12 });
      const column = (c: number) => Math.hypot(...[0, 1, 2].map((r) => one.affine[4 * r + c]!));
      expect([...spacing]).toBeAllclose([2, 1, 0].map(column), { rtol: 1e-12 });
    }
  });
});

test('detached data are found beside the header', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'detached '));
  for (const one of cases.filter(({ files }) => Object.keys(files).length > 1)) {
    for (const [name, base64] of Object.entries(one.files)) {
      await writeFile(join(folder, name), bytesOf(base64));
    }
    expect((await readVolumes(join(folder, one.main))).map(valuesOf)).toEqual(one.volumes);
  }
});

describe.each(['nrrd', 'metaimage'] as const)('%s written and read again', (format) => {
  test.each(cases.filter(({ volumes }) => volumes.length === 1))('$name', async (one) => {
    // The reference's LPS grids with shear cannot be a MetaImage.
    const sheared = /ascii|big endian$|RAS|LAS|skip|slices|bzip2/.test(one.name);
    const volume = await decodeVolume(bytesOf(one.files[one.main]!), { sibling: siblingOf(one) });
    for (const gzip of [false, true]) {
      const bytes = encodeVolume(volume, { format, gzip });
      if (format === 'metaimage' && sheared && !one.name.startsWith('Meta')) {
        await expect(bytes).rejects.toThrow(/cannot hold a sheared grid/);
        continue;
      }
      const again = await decodeVolume(await bytes);
      expect(again.voxels.shape).toEqual(volume.voxels.shape);
      expect(again.voxels.data).toEqual(volume.voxels.data);
      const exact = format === 'nrrd' ? { rtol: 0, atol: 0 } : { rtol: 1e-14, atol: 1e-14 };
      expect(again.affine).toBeAllclose(volume.affine, exact);
    }
  });
});

test('every integer type keeps its extremes in each format', async () => {
  for (const format of ['nifti', 'nrrd', 'metaimage'] satisfies VolumeFileFormat[]) {
    for (const data of [
      Int8Array.of(-128, 127),
      Uint8Array.of(0, 255),
      Int16Array.of(-32768, 32767),
      Uint16Array.of(0, 65535),
      Int32Array.of(-(2 ** 31), 2 ** 31 - 1),
      Uint32Array.of(0, 2 ** 32 - 1),
      Float32Array.of(Number.NaN, Number.POSITIVE_INFINITY),
    ]) {
      const volume = createVolume(ndarray(data, [1, 1, 2]));
      const again = await decodeVolume(await encodeVolume(volume, { format, gzip: true }));
      expect(again.voxels.data).toEqual(data);
    }
  }
});

describe('what is damaged or not supported is refused, and says why', () => {
  const text = (one: string) => Buffer.from(bytesOf(one)).toString('latin1');
  const source = (name: string) => cases.find((one) => one.name === name)!;
  const refused = async (bytes: Uint8Array | string, pattern: RegExp) => {
    const content =
      typeof bytes === 'string' ? new Uint8Array(Buffer.from(bytes, 'latin1')) : bytes;
    const error = await decodeVolume(content, { name: 'a.nrrd' }).catch(
      (reason: unknown) => reason,
    );
    expect(error).toBeInstanceOf(VolumeFormatError);
    expect((error as Error).message).toMatch(pattern);
  };
  const nrrd = text(source('big endian').files['big.nrrd']!);
  const mha = text(source('MetaImage, big endian').files['msb.mha']!);

  test.each<[string, string, string, RegExp]>([
    ['type', 'short', 'block', /`type` must be a number type/],
    ['dimension', 'dimension: 3', 'dimension: 0', /`dimension` must be a whole number/],
    ['sizes', '4 3 2', '4 3', /`sizes` must be 3 numbers/],
    ['sizes of zero', '4 3 2', '4 0 2', /`sizes` must be whole numbers from 1/],
    ['sizes beyond the data', '4 3 2', '4 3 3', /declare 72 bytes of voxels, got at most 48/],
    ['sizes far beyond', '4 3 2', '4 3 99999999999', /declare 2399999999976 bytes/],
    ['endian', 'endian: big', 'endian: middle', /`endian` must be little or big/],
    ['encoding', 'encoding: raw', 'encoding: hex', /`encoding` must be raw, ascii/],
    ['damaged gzip', 'encoding: raw', 'encoding: gzip', /gzip data are damaged/],
    ['damaged bzip2', 'encoding: raw', 'encoding: bzip2', /bzip2 data are damaged/],
    ['directions', '(1,0.5,0)', '(1,zero,0)', /`space directions` must be 3 vectors/],
    ['no direction', '(1,0.5,0)', '(0,0,0)', /invertible transform/],
    ['byte skip', 'encoding: raw', 'encoding: raw\nbyte skip: -5', /`byte skip` must be/],
    ['path', 'encoding: raw', 'encoding: raw\ndata file: ../x.raw', /in the header's own folder/],
    ['absolute path', 'encoding: raw', 'encoding: raw\ndata file: /etc/x', /own folder/],
    [
      'missing file',
      'encoding: raw',
      'encoding: raw\ndata file: x.raw',
      /x\.raw, which is not bes/,
    ],
    ['no field', 'encoding: raw', 'encoding raw', /must be a field, a key and value or a comment/],
  ])('NRRD: %s', async (_, from, to, pattern) => {
    await refused(nrrd.replace(from, to), pattern);
  });

  test.each<[string, string, string, RegExp]>([
    ['type', 'MET_SHORT', 'MET_BOOL', /`ElementType` must be one of MET_CHAR/],
    ['dimensions', 'NDims = 3', 'NDims = 11', /`NDims` must be/],
    ['sizes', '4 3 2', '4 3 x', /`DimSize` must be whole numbers/],
    ['sizes beyond the data', '4 3 2', '4 3 9', /declare 216 bytes of voxels, got at most 48/],
    ['spacing', '1 2 3', '1 0 3', /invertible transform/],
    ['spacings', '1 2 3', '1 2', /`ElementSpacing` must be 3 numbers/],
    ['compression', 'NDims', 'CompressedData = True\nNDims', /zlib data are damaged/],
    ['flag', 'NDims', 'CompressedData = perhaps\nNDims', /`CompressedData` must be True or False/],
    ['scaling', 'NDims', 'ElementToIntensityFunctionSlope = 2\nNDims', /because readers differ/],
    ['object', 'ObjectType = Image', 'ObjectType = Tube', /`ObjectType` must be Image/],
    ['path', 'LOCAL', '..', /in the header's own folder/],
  ])('MetaImage: %s', async (_, from, to, pattern) => {
    await refused(mha.replace(from, to), pattern);
  });

  test('what follows raw voxels is padding up to 63 bytes, and refused from 64 on', async () => {
    for (const file of [nrrd, mha]) {
      expect((await decodeVolume(Buffer.from(file + ' '.repeat(63), 'latin1'))).voxels.size).toBe(
        24,
      );
      await refused(file + ' '.repeat(64), /must end after the 48 bytes of voxels .* more follow/);
    }
  });

  test('every truncation', async () => {
    for (const name of ['bzip2', 'uint8 .nrrd', 'uint8 .mha', 'ascii', 'MetaImage, big endian']) {
      const one = source(name);
      const bytes = bytesOf(one.files[one.main]!);
      for (let length = 0; length < bytes.length; length++) {
        // A shorter last number is a number still.
        const cut = bytes.subarray(0, length);
        const read = await decodeVolume(cut).catch((error: unknown) => {
          expect(error).toBeInstanceOf(VolumeFormatError);
        });
        if (read !== undefined) expect(name).toBe('ascii');
      }
    }
  });

  test('flipped bits in bzip2 data are refused', async () => {
    const one = source('bzip2');
    const bytes = bytesOf(one.files[one.main]!);
    const start = Buffer.from(bytes).indexOf('BZh');
    let refusals = 0;
    for (let at = start; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x08;
      const read = await decodeVolume(damaged).catch((error: unknown) => {
        expect(error).toBeInstanceOf(VolumeFormatError);
        refusals++;
      });
      if (read !== undefined) expect(valuesOf(read)).toEqual(one.volumes[0]);
    }
    expect(refusals).toBeGreaterThan(bytes.length - start - 8);
  });
});
