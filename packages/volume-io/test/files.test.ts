import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import ndarray from 'ndarray';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import {
  likeVolume,
  readVolume,
  type Volume,
  VolumeFormatError,
  writeVolume,
  writeVolumeSlabs,
} from '../src/index.ts';
import { countingVolume, gzipped, patchedFile } from './volumes.ts';

const volume = countingVolume();
let folder: string;
beforeEach(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volume-io-'));
});
afterEach(async () => {
  vi.restoreAllMocks();
  await rm(folder, { recursive: true, force: true });
});

describe('writeVolume, then readVolume', () => {
  // The last is as long as names may be: 255 bytes.
  test.each([...['a.nii', 'a.nii.gz', 'A.NII.GZ', `${'ü'.repeat(124)}.nii.gz`]])(
    '%s',
    async (name) => {
      const path = join(folder, name);
      await writeVolume(path, volume);
      expect(await readdir(folder)).toEqual([name]);
      expect((await readFile(path))[0] === 0x1f).toBe(/gz$/i.test(name));
      for (const source of [path, pathToFileURL(path), await readFile(path)]) {
        expect((await readVolume(source)).voxels.data).toEqual(volume.voxels.data);
      }
    },
  );

  test('bytes as ArrayBuffer; compression is told from content, not from the name', async () => {
    const bytes = await patchedFile();
    expect((await readVolume(bytes.buffer)).voxels.shape).toEqual([3, 4, 5]);
    await writeFile(join(folder, 'misnamed.nii'), gzipped(bytes));
    expect((await readVolume(join(folder, 'misnamed.nii'))).voxels.shape).toEqual([3, 4, 5]);
  });

  test('replaces an existing file and stores the type that is asked for', async () => {
    const path = join(folder, 'a.nii');
    await writeFile(path, 'old');
    await writeVolume(path, volume, { datatype: 'float64' });
    expect((await readVolume(path)).header).toMatchObject({
      format: 'nifti-1',
      datatype: 'float64',
    });
    await Promise.all([writeVolume(path, volume), writeVolume(path, volume)]);
    expect(await readdir(folder)).toEqual(['a.nii']);
  });
});

describe('a file that cannot be read is named, with the reason', () => {
  test('missing, folder, through a file', async () => {
    const missing = join(folder, 'none.nii.gz');
    await expect(readVolume(missing)).rejects.toThrow(
      `\`readVolume\`: cannot read ${missing}: there is no such file or folder; check the path`,
    );
    await expect(readVolume(folder)).rejects.toThrow(`cannot read ${folder}: it is a folder`);
    await writeFile(join(folder, 'file'), '');
    await expect(readVolume(join(folder, 'file', 'a.nii'))).rejects.toThrow(
      /it or a part of the path is no folder/,
    );
  });

  test('something that never ends', async () => {
    await symlink('/dev/zero', join(folder, 'endless.nii'));
    await expect(readVolume(join(folder, 'endless.nii'))).rejects.toThrow(/it is no ordinary file/);
  });

  test('damaged content names the path', async () => {
    const path = join(folder, 'cut.nii.gz');
    await writeFile(path, gzipped(await patchedFile()).subarray(0, 90));
    await expect(readVolume(path)).rejects.toThrow(VolumeFormatError);
    await expect(readVolume(path)).rejects.toThrow(`${path}: the gzip data are damaged or cut off`);
  });

  test('no permission, as the system reports it (root may read everything)', async () => {
    const path = join(folder, 'secret.nii');
    const files = process.getBuiltinModule('node:fs/promises');
    const denied = () => Promise.reject(Object.assign(new Error('open'), { code: 'EACCES' }));
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({
      ...files,
      stat: denied,
      open: denied,
    } as never);
    await expect(readVolume(path)).rejects.toThrow(`cannot read ${path}: permission is denied`);
    await expect(writeVolume(path, volume)).rejects.toThrow(
      `cannot write ${path}: permission is denied`,
    );
  });
});

describe('a file that cannot be written leaves nothing behind', () => {
  test('no such folder, target is a folder, wrong ending, volume that cannot be encoded', async () => {
    await expect(writeVolume(join(folder, 'no', 'a.nii'), volume)).rejects.toThrow(
      /`writeVolume`: cannot write .*a\.nii: there is no such file or folder/,
    );
    await mkdir(join(folder, 'a.nii'));
    await expect(writeVolume(join(folder, 'a.nii'), volume)).rejects.toThrow(/it is a folder/);
    await expect(writeVolume(join(folder, 'a.img'), volume)).rejects.toThrow(
      /the path must end in \.nii, \.nii\.gz, \.nrrd or \.mha, got .*a\.img/,
    );
    await expect(writeVolume(join(folder, 'b.nii'), volume, { datatype: 'int8' })).rejects.toThrow(
      /stored as int8/,
    );
    expect(await readdir(folder)).toEqual(['a.nii']);
  });

  test('a disk that fills up half-way: the old file stays', async () => {
    const path = join(folder, 'a.nii');
    await writeFile(path, 'old');
    const files = process.getBuiltinModule('node:fs/promises');
    vi.spyOn(process, 'getBuiltinModule').mockReturnValue({
      ...files,
      async open(target: string, flags: string) {
        const file = await files.open(target, flags);
        return {
          close: () => file.close(),
          async write(data: Uint8Array) {
            await file.write(data, 0, 100);
            throw Object.assign(new Error('write'), { code: 'ENOSPC' });
          },
        };
      },
    } as never);
    await expect(writeVolume(path, volume)).rejects.toThrow(
      `\`writeVolume\`: cannot write ${path}: the disk is full; free some space or choose another folder`,
    );
    expect(await readdir(folder)).toEqual(['a.nii']);
    expect(await readFile(path, 'utf8')).toBe('old');
  });
});

describe('writeVolumeSlabs', () => {
  const { data } = volume.voxels;
  const parts = [data.subarray(0, 7), data.subarray(7, 7), data.subarray(7, 41), data.subarray(41)];

  test.each(['a.nii', 'a.nii.gz', 'a.nrrd', 'a.mha'])(
    '%s: the same bytes as from the whole volume, however the voxels are divided',
    async (name) => {
      await writeVolume(join(folder, name), volume);
      await writeVolumeSlabs(join(folder, `slabs-${name}`), volume, parts);
      const [one, other] = await Promise.all(
        [name, `slabs-${name}`].map((file) => readFile(join(folder, file))),
      );
      expect(one!.equals(other!)).toBe(true);
      expect(Array.from((await readVolume(join(folder, name))).voxels.data)).toEqual([...data]);
    },
  );

  test('too few voxels, too many, or a fault of theirs: nothing is written', async () => {
    const path = join(folder, 'a.nii.gz');
    await expect(writeVolumeSlabs(path, volume, parts.slice(1))).rejects.toThrow(
      /there must be 60 voxels for the shape \[3, 4, 5\], got 53/,
    );
    await expect(writeVolumeSlabs(path, volume, [...parts, data])).rejects.toThrow(/got 120/);
    async function* failing() {
      yield data;
      throw new Error('no more');
    }
    await expect(writeVolumeSlabs(path, volume, failing())).rejects.toThrow(/^no more$/);
    expect(await readdir(folder)).toEqual([]);
  });
});

describe('scale', () => {
  // NIfTI: value = scl_slope · stored (nifti1.h).
  const shares = Float32Array.from({ length: 60 }, (_, i) => i / 59);
  const of = (like: Volume) => ({ ...like, voxels: ndarray(shares, [3, 4, 5]) });

  test('uint8 with 1/255 comes back within half a step, and 0 and 1 exactly', async () => {
    const scaled = await readVolume(
      await patchedFile((view) => {
        view.setFloat32(112, 2, true);
        view.setFloat32(116, 5, true);
      }),
    );
    for (const like of [volume, scaled, likeVolume(scaled, scaled.voxels)]) {
      const path = join(folder, 'p.nii.gz');
      await writeVolume(path, of(like), { datatype: 'uint8', scale: 1 / 255 });
      const read = await readVolume(path);
      expect(read.header).toMatchObject({ datatype: 'uint8', sclSlope: Math.fround(1 / 255) });
      for (const [i, p] of shares.entries()) {
        expect(Math.abs(read.voxels.data[i]! - p)).toBeLessThanOrEqual(0.5 / 255 + 1e-7);
      }
      expect([read.voxels.data[0], read.voxels.data[59]]).toEqual([0, 1]);
    }
  });

  test('a format without a place for it, a value that does not fit, no positive number', async () => {
    const write = (name: string, scale: number) =>
      writeVolume(join(folder, name), of(volume), { datatype: 'uint8', scale });
    await expect(write('p.nrrd', 1 / 255)).rejects.toThrow(
      /`scale` must be left out for nrrd, which has no place for it/,
    );
    await expect(write('p.mha', 1 / 255)).rejects.toThrow(/left out for metaimage/);
    await expect(write('p.nii', 1 / 256)).rejects.toThrow(/from 0 to 255 .* got 256 at index 59/);
    await expect(write('p.nii', 0)).rejects.toThrow(/`scale` must be a positive number, got 0/);
  });
});

describe('without Node', () => {
  test('a path says to use bytes; bytes work', async () => {
    const bytes = await patchedFile();
    vi.stubGlobal('process', undefined);
    try {
      await expect(readVolume('a.nii')).rejects.toThrow(
        /paths need the file system of Node .* use `decodeVolume`/,
      );
      expect((await readVolume(bytes)).voxels.shape).toEqual([3, 4, 5]);
    } finally {
      vi.unstubAllGlobals();
    }
  });
});
