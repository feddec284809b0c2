import { describe, expect, test } from 'vitest';
import { decodeVolume, VolumeFormatError } from '../src/index.ts';
import { gzipped, patchedFile } from './volumes.ts';

async function refusal(bytes: Uint8Array): Promise<VolumeFormatError> {
  const error = await decodeVolume(bytes, { name: 'bad.nii' }).then(
    () => expect.fail('must be refused'),
    (reason: unknown) => reason,
  );
  expect(error).toBeInstanceOf(VolumeFormatError);
  return error as VolumeFormatError;
}

const i16 = (offset: number, value: number) => (view: DataView) =>
  view.setInt16(offset, value, true);
const f32 = (offset: number, value: number) => (view: DataView) =>
  view.setFloat32(offset, value, true);
const text = (offset: number, value: string) => (view: DataView) =>
  [...value].forEach((c, i) => {
    view.setUint8(offset + i, c.charCodeAt(0));
  });

describe('a damaged header is refused with field, offset and cure', () => {
  const sformOff = i16(254, 0);
  const qformOff = i16(252, 0);

  test.each<[string, ((view: DataView) => void)[], string, number, RegExp]>([
    [
      'a NIfTI-2 size in a NIfTI-1 file',
      [i16(0, 540)],
      'sizeof_hdr',
      0,
      /a NIfTI-2 file starts with a header of 540 bytes, got 472 bytes in all/,
    ],
    [
      'magic',
      [text(344, 'nope')],
      'magic',
      344,
      /magic must be "n\+1\\u0000" or .*, got "nope".*Analyze/,
    ],
    ['no axes', [i16(40, 0)], 'dim[0]', 40, /dim\[0\] .* must be 1 to 7, got 0/],
    ['too many axes', [i16(40, 8)], 'dim[0]', 40, /must be 1 to 7, got 8/],
    ['axis of length 0', [i16(44, 0)], 'dim[2]', 44, /dim\[2\] .* must be at least 1, got 0/],
    [
      'axis of negative length',
      [i16(46, -9)],
      'dim[3]',
      46,
      /dim\[3\] .* must be at least 1, got -9/,
    ],
    [
      'a time series beyond the data',
      [i16(40, 4), i16(48, 7)],
      'dim',
      40,
      /declare 840 bytes of voxels \(5×4×3×7, int16\) .* got at most 120/,
    ],
    [
      'more volumes than there can be',
      [i16(40, 5), i16(48, 32767), i16(50, 3)],
      'dim',
      40,
      /at most 65536 volumes, got 98301 \(dim 5×4×3×32767×3\)/,
    ],
    [
      'dimensions beyond the data',
      [i16(42, 32767), i16(44, 32767), i16(46, 32767)],
      'dim',
      40,
      /declare \d{14} bytes of voxels \(32767×32767×32767, int16\) .*, got at most 120/,
    ],
    [
      'dimensions just beyond the data',
      [i16(42, 6)],
      'dim',
      40,
      /declare 144 bytes .* got at most 120/,
    ],
    ['1-bit', [i16(70, 1)], 'datatype', 70, /datatype 1 \(1-bit\) is not supported; convert/],
    ['float128', [i16(70, 1536)], 'datatype', 70, /\(float128\)/],
    ['unknown type', [i16(70, 3)], 'datatype', 70, /datatype 3 \(not defined by NIfTI\)/],
    [
      'vox_offset NaN',
      [f32(108, Number.NaN)],
      'vox_offset',
      108,
      /vox_offset must be a whole number of at least 352, got NaN/,
    ],
    ['vox_offset within the header', [f32(108, 348)], 'vox_offset', 108, /got 348/],
    ['vox_offset fractional', [f32(108, 352.5)], 'vox_offset', 108, /got 352.5/],
    [
      'vox_offset beyond the file',
      [f32(108, 100000)],
      'dim',
      40,
      /from vox_offset 100000, got at most 0/,
    ],
    ['vox_offset absurd', [f32(108, 1e30)], 'vox_offset', 108, /must be below/],
    [
      'intercept NaN',
      [f32(112, 2), f32(116, Number.NaN)],
      'scl_inter',
      116,
      /scl_inter must be finite .* got NaN/,
    ],
    [
      'sform NaN',
      [qformOff, f32(284, Number.NaN)],
      'srow_x',
      280,
      /srow_x, srow_y, srow_z .* finite, invertible .* NaN/,
    ],
    ['sform singular', [qformOff, f32(280, 0)], 'srow_x', 280, /invertible/],
    [
      'quaternion NaN',
      [sformOff, f32(256, Number.NaN)],
      'quatern_b',
      256,
      /unit quaternion, got \[NaN/,
    ],
    [
      'quaternion too long',
      [sformOff, f32(256, 1.01)],
      'quatern_b',
      256,
      /unit quaternion, got \[1.00/,
    ],
    [
      'offset infinite',
      [sformOff, f32(272, Number.POSITIVE_INFINITY)],
      'qoffset_x',
      268,
      /qoffset_x, .* finite, got \[.*Infinity/,
    ],
    [
      'spacing NaN',
      [sformOff, f32(80, Number.NaN)],
      'pixdim[1]',
      80,
      /pixdim\[1\] .* positive and finite, got NaN/,
    ],
    [
      'spacing infinite',
      [sformOff, qformOff, f32(88, Number.NEGATIVE_INFINITY)],
      'pixdim[3]',
      88,
      /pixdim\[3\] .* got -Infinity/,
    ],
  ])('%s', async (_, patches, field, offset, message) => {
    const bytes = await patchedFile(...patches);
    for (const file of [bytes, gzipped(bytes)]) {
      const error = await refusal(file);
      expect(error.message).toMatch(/^bad\.nii: /);
      // How much compressed data can hold is only known to a factor.
      if (file === bytes || !/got at most/.test(message.source))
        expect(error.message).toMatch(message);
      expect([error.field, error.offset]).toEqual([field, offset]);
    }
  });

  test('values that a double cannot hold are named (int64)', async () => {
    const bytes = await patchedFile(
      (view) => view.setInt16(70, 1024, true),
      (view) => view.setInt16(42, 5, true),
      (view) => view.setInt16(44, 3, true),
      (view) => view.setInt16(46, 1, true),
      (view) => {
        for (let i = 0; i < 15; i++)
          view.setBigInt64(352 + 8 * i, i === 4 ? 2n ** 53n + 1n : 7n, true);
      },
    );
    const error = await refusal(bytes);
    expect(error.message).toMatch(
      /voxel 4 is 9007199254740993, which a 64-bit float cannot hold exactly/,
    );
    expect(error.offset).toBe(352 + 32);
  });
});

describe('what is cut off, damaged or too long is refused', () => {
  test('empty and short files', async () => {
    expect((await refusal(new Uint8Array(0))).message).toMatch(/got no bytes at all/);
    const start = (await patchedFile()).slice(0, 100);
    expect((await refusal(start)).message).toMatch(/got 100 bytes in all/);
    expect((await refusal(gzipped(start))).message).toMatch(/got 100 bytes in all/);
  });

  test('a file of no known format is refused by its first bytes', async () => {
    const bytes = await patchedFile(i16(0, 347));
    expect((await refusal(bytes)).message).toMatch(
      /^bad\.nii: must start like one of NIfTI.*, got bytes 5b 01 00 00 00 00 00 00; /,
    );
  });

  test('the header of a pair without its voxels is refused', async () => {
    expect((await refusal(await patchedFile(text(344, 'ni1\0')))).message).toMatch(
      /there is no bad\.nii\.img or bad\.nii\.img\.gz beside it; .*`sibling`/,
    );
  });

  test('every truncation of a plain file', async () => {
    const bytes = await patchedFile();
    for (let length = 0; length < bytes.length; length++) await refusal(bytes.subarray(0, length));
  });

  test('every truncation of a compressed file, even within its checksum', async () => {
    const bytes = gzipped(await patchedFile());
    for (let length = 0; length < bytes.length; length++) await refusal(bytes.subarray(0, length));
    expect((await refusal(bytes.subarray(0, bytes.length - 20))).message).toMatch(
      /^bad\.nii: the gzip data are damaged or cut off \(.*\); fetch or export the file again$/,
    );
  });

  test('a flipped bit anywhere in compressed data is refused, or changes no voxel', async () => {
    const file = await patchedFile();
    const voxels = (await decodeVolume(file)).voxels.data;
    const bytes = gzipped(file);
    let harmless = 0;
    for (let at = 10; at < bytes.length; at++) {
      const damaged = bytes.slice();
      damaged[at]! ^= 0x10;
      const read = await decodeVolume(damaged).catch((error: unknown) => {
        expect(error).toBeInstanceOf(VolumeFormatError);
      });
      if (read === undefined) continue;
      harmless++;
      expect(read.voxels.data).toEqual(voxels);
    }
    expect(harmless).toBeLessThan(bytes.length / 20);
  });

  test('a gzip bomb is not inflated beyond what the header declares', async () => {
    const bytes = await patchedFile();
    const bomb = new Uint8Array(bytes.length + 2 ** 27);
    bomb.set(bytes);
    const compressed = gzipped(bomb);
    const before = process.memoryUsage().arrayBuffers;
    const error = await refusal(compressed);
    expect(error.message).toMatch(/but more follow/);
    expect(process.memoryUsage().arrayBuffers - before).toBeLessThan(2 ** 25);
  });

  test.each([
    [
      'a MINC 2 file',
      '\x89HDF\r\n\x1a\n',
      /got HDF5 \(such as MINC 2 .*; convert it to NIfTI.*mnc2nii/,
    ],
    ['an MGH file', '\0\0\0\x01\0\0\x01\0', /got FreeSurfer MGH; .*`mri_convert`/],
    ['a PNG image', '\x89PNG\r\n\x1a\n', /got PNG; it holds a 2-D image: read it by `readImage`/],
    ['a BigTIFF image', 'II+\0\x08\0\0\0', /got BigTIFF; .*`readImage`/],
    ['a zip file', 'PK\x03\x04', /got zip .*; unpack it/],
    ['a file packed by bzip2', 'BZh91AY&SY', /got bzip2; .*`bunzip2`/],
    ['a file packed by xz', '\xfd7zXZ\0', /got xz; .*`unxz`/],
    ['a file packed by Zstandard', '(\xb5/\xfd', /got Zstandard; .*`unzstd`/],
  ])('%s is named, and never called damaged', async (_, start, message) => {
    const bytes = Uint8Array.from(`${start}${'x'.repeat(600)}`, (one) => one.charCodeAt(0));
    for (const file of [bytes, gzipped(bytes)]) {
      expect((await refusal(file)).message).toMatch(message);
      expect((await refusal(file)).message).not.toMatch(/damaged/);
    }
  });

  test('a text header is bounded as a whole, not line by line', async () => {
    const start = 'NRRD0004\ntype: uchar\ndimension: 3\nsizes: 1 1 1\nencoding: raw\n';
    const header = (lines: number, length: number) =>
      new TextEncoder().encode(`${start}${`#${'x'.repeat(length - 2)}\n`.repeat(lines)}\n\x07`);
    for (const bytes of [header(5, 2 ** 20), header(2000, 4000), header(11_000, 100)]) {
      for (const file of [bytes, gzipped(bytes)]) {
        expect((await refusal(file)).message).toMatch(/the header must have at most/);
      }
    }
    for (const bytes of [header(3, 2 ** 20), header(9000, 400)]) {
      expect((await decodeVolume(gzipped(bytes))).voxels.get(0, 0, 0)).toBe(7);
    }
  });

  test.each([
    ['NRRD', 'NRRD0004\ntype: uchar\ndimension: 1\nsizes: 2\nencoding: ascii\n\n'],
    [
      'MetaImage',
      'NDims = 1\nDimSize = 2\nElementType = MET_UCHAR\nBinaryData = False\nElementDataFile = LOCAL\n',
    ],
  ])('numbers as text (%s) may not go on without end', async (_, header) => {
    const text = (body: string) => gzipped(new TextEncoder().encode(header + body));
    expect((await decodeVolume(text(`${' '.repeat(100)}3 4`))).voxels.data).toEqual(
      Uint8Array.of(3, 4),
    );
    expect((await refusal(text(`3 4${' 5'.repeat(2 ** 20)}`))).message).toMatch(
      /at most \d+ bytes/,
    );
  });

  test('a compressed file cannot make the reader reserve more than it can hold', async () => {
    const bytes = await patchedFile(
      (view) => view.setInt16(42, 32767, true),
      (view) => view.setInt16(44, 32767, true),
    );
    expect((await refusal(gzipped(bytes))).message).toMatch(
      /declare 6442057734 bytes .* got at most \d{6}; /,
    );
  });
});

test('any one byte of the header at any extreme: a volume or a refusal, never another error', async () => {
  let read = 0;
  for (let at = 0; at < 352; at++) {
    for (const value of [0, 1, 127, 128, 255]) {
      const bytes = await patchedFile((view) => view.setUint8(at, value));
      try {
        const { voxels, spacing, affine } = await decodeVolume(bytes);
        expect(voxels.data.length).toBe(voxels.shape.reduce((a, b) => a * b, 1));
        expect(spacing.every((step) => step > 0 && Number.isFinite(step))).toBe(true);
        expect(affine.every(Number.isFinite)).toBe(true);
        read++;
      } catch (error) {
        expect(error).toBeInstanceOf(VolumeFormatError);
      }
    }
  }
  expect(read).toBeGreaterThan(1000);
});

test('something that is no bytes is a TypeError', async () => {
  for (const value of [undefined, null, 5, [31, 139], new Blob([])]) {
    await expect(decodeVolume(value as never)).rejects.toThrow(TypeError);
    await expect(decodeVolume(value as never)).rejects.toThrow(
      /must come as Uint8Array or ArrayBuffer/,
    );
  }
});
