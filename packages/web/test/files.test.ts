import { encodeVolume, type Volume } from '@sts-net/volume-io';
import { describe, expect, test } from 'vitest';
import { ctSlice } from '../../volume-io/test/dicom-files.ts';
import { filesOfDrop } from '../src/files/files-of-drop.ts';
import { plainInput } from '../src/files/image-source.ts';
import { plainVolume, volumeOf } from '../src/files/plain-volume.ts';
import { readInput } from '../src/files/read-input.ts';
import { exampleVolume } from './example.ts';

const file = (name: string, content: unknown) => new File([content as BlobPart], name);

/** The slices of a CT series 2 mm apart, in another order than in space. */
function series(uid: string): File[] {
  return [2, 0, 1].map((slice) => {
    const values = Int16Array.from({ length: 12 }, (_, i) => 1000 + 100 * slice + i);
    const bytes = ctSlice({ series: uid, position: [0, 0, 2 * slice], size: [3, 4], values });
    return file(`IM${slice}`, bytes);
  });
}

/** Reads as a worker does: what crosses is cloned. */
const read = (input: Parameters<typeof plainInput>[0], options = {}) =>
  readInput(structuredClone(plainInput(input)), options);

describe('several files', () => {
  test('of a DICOM series are put in order by their places, beside what else lies there', async () => {
    const warnings: string[] = [];
    const onWarning = (text: string) => warnings.push(text);
    const others = [file('.DS_Store', 'x'), file('notes.txt', 'x')];
    const { image, flat } = await read([...series('1.2.3'), ...others], { onWarning });
    const { voxels, spacing } = image as Volume;
    expect(flat).toBe(false);
    expect(voxels.shape).toEqual([3, 3, 4]);
    expect(spacing[0]).toBe(2);
    const first = [0, 1, 2].map((slice) => voxels.get(slice, 0, 0));
    expect(first.map((value) => value - first[0]!)).toEqual([0, 100, 200]);
    expect(warnings).toEqual(['notes.txt: is no DICOM file and was passed over']);
  });

  test('of several series one is chosen, or the error lists them', async () => {
    const both = [...series('1.2.3'), ...series('1.2.4')];
    await expect(read(both)).rejects.toThrow(/must hold one series, got 2: 1\.2\.3 .*1\.2\.4/);
    const { image } = await read(both, { series: '1.2.4' });
    expect((image as Volume).voxels.shape).toEqual([3, 3, 4]);
    const cut = file('IM9', (await series('1.2.3')[0]!.arrayBuffer()).slice(0, 300));
    await expect(read([...series('1.2.3'), cut])).rejects.toThrow(/^IM9: /);
  });

  test('a header finds the file with its voxels', async () => {
    const volume = exampleVolume();
    const data = new Uint8Array(volume.voxels.data.buffer.slice(0));
    const header = `NRRD0004\ntype: float\ndimension: 3\nsizes: 20 24 5\nencoding: raw\nendian: little\ndata file: voxels.raw\n`;
    const { image } = await read([file('voxels.raw', data), file('scan.nhdr', header)]);
    expect(Array.from((image as Volume).voxels.data)).toEqual(Array.from(volume.voxels.data));
    await expect(read([file('other.raw', data), file('scan.nhdr', header)])).rejects.toThrow(
      /scan\.nhdr: .*voxels\.raw/,
    );
  });

  test('several images at once are refused by their names', async () => {
    const bytes = await encodeVolume(exampleVolume());
    await expect(read([file('a.nii', bytes), file('b.png', bytes)])).rejects.toThrow(
      "the image must be one image, got 2 files, first 'a.nii' and 'b.png'",
    );
  });
});

test('volumes cross with every order of memory, and only what belongs to them', () => {
  const whole = exampleVolume('cross', [6, 4, 5]);
  const turned = { ...whole, voxels: whole.voxels.transpose(2, 0, 1).step(-1, 1, 2) };
  const crossed = volumeOf(structuredClone(plainVolume(turned)));
  const { shape } = turned.voxels;
  expect(crossed.voxels.shape).toEqual(shape);
  for (let z = 0; z < shape[0]!; z++)
    for (let y = 0; y < shape[1]!; y++)
      for (let x = 0; x < shape[2]!; x++)
        expect(crossed.voxels.get(z, y, x)).toBe(turned.voxels.get(z, y, x));
  expect(crossed.affine).toEqual(whole.affine);
  // A part of a file's buffer does not take the whole along.
  const data = new Float32Array(new ArrayBuffer(4000), 400, 120);
  const part = { ...whole, voxels: { ...whole.voxels, data } } as typeof whole;
  expect(
    plainVolume({ ...part, voxels: Object.assign(whole.voxels, { data }) }).voxels.data.buffer
      .byteLength,
  ).toBe(480);
});

describe('what is dropped on a page', () => {
  const entry = (one: File) => ({
    isDirectory: false,
    file: (found: (file: File) => void) => found(one),
  });
  const folder = (entries: readonly object[]) => ({
    isDirectory: true,
    createReader() {
      let at = 0;
      // Two at a time, as browsers give a hundred.
      return {
        readEntries(found: (some: readonly object[]) => void) {
          found(entries.slice(at, at + 2));
          at += 2;
        },
      };
    },
  });
  const drop = (entries: readonly (object | null)[], files: readonly File[] = []) =>
    ({
      items: entries.map((one) => ({ webkitGetAsEntry: () => one })),
      files,
    }) as unknown as DataTransfer;

  test('files in folders are found, however many and deep', async () => {
    const names = ['a', 'b', 'c', 'd', 'e'];
    const deep = folder(names.map((name) => entry(file(name, name))));
    const found = await filesOfDrop(
      drop([entry(file('x', '')), folder([deep, entry(file('y', ''))])]),
    );
    expect(found.map(({ name }) => name)).toEqual(['x', ...names, 'y']);
  });

  test('where browsers tell no entries, the files count', async () => {
    const files = [file('a', '')];
    expect(await filesOfDrop(drop([null], files))).toEqual(files);
  });
});
