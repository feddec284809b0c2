import { mkdir, mkdtemp, readdir, readFile, rm, symlink, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readVolume, VolumeFormatError, writeVolume } from '../src/index.ts';
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
  test.each(['a.nii', 'a.nii.gz', 'A.NII.GZ'])('%s', async (name) => {
    const path = join(folder, name);
    await writeVolume(path, volume);
    expect(await readdir(folder)).toEqual([name]);
    expect((await readFile(path))[0] === 0x1f).toBe(/gz$/i.test(name));
    for (const source of [path, pathToFileURL(path), await readFile(path)]) {
      expect((await readVolume(source)).voxels.data).toEqual(volume.voxels.data);
    }
  });

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
      writeFile: denied,
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
      async writeFile(target: string, data: Uint8Array) {
        await files.writeFile(target, data.subarray(0, 100));
        throw Object.assign(new Error('write'), { code: 'ENOSPC' });
      },
    } as never);
    await expect(writeVolume(path, volume)).rejects.toThrow(
      `\`writeVolume\`: cannot write ${path}: the disk is full; free some space or choose another folder`,
    );
    expect(await readdir(folder)).toEqual(['a.nii']);
    expect(await readFile(path, 'utf8')).toBe('old');
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
