import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { beforeAll, describe, expect, test } from 'vitest';
import {
  readDicomImage,
  readDicomInfo,
  readDicomSegments,
  readDicomSeries,
  readRtStruct,
  readVolume,
  type Volume,
  VolumeFormatError,
} from '../src/index.ts';
import { ctSlice, dicomFile } from './dicom-files.ts';

const fixture = (path: string) =>
  fileURLToPath(new URL(`./fixtures/dicom/${path}`, import.meta.url));
const bytesOf = (path: string) => new Uint8Array(readFileSync(fixture(path)));

let like: Volume;
beforeAll(async () => {
  like = await readDicomSeries(fixture('contours/ct'));
});

/** The text of what was read, or `undefined` if it was refused as damaged; nothing else may happen. */
async function outcome(read: () => Promise<unknown>): Promise<string | undefined> {
  try {
    return JSON.stringify(await read());
  } catch (error) {
    if (!(error instanceof VolumeFormatError)) throw error;
    return undefined;
  }
}

describe('a file that is cut off anywhere is refused, or reads as the whole file does', () => {
  const structures = (bytes: Uint8Array) => readRtStruct(bytes, { like });
  const segments = (bytes: Uint8Array) => readDicomSegments(bytes);
  const image = (bytes: Uint8Array) => readVolume(bytes);
  const pixels = (bytes: Uint8Array) => readDicomImage(bytes);
  test.each<[string, (bytes: Uint8Array) => Promise<unknown>]>([
    ['contours/beyond.dcm', structures],
    ['contours/undefined_lengths.dcm', structures],
    ['segments/sparse.dcm', segments],
    ['segments/label_map.dcm', segments],
    ['elements/big_endian.dcm', image],
    ['elements/deflated_1.dcm', image],
    ['elements/without_meta_implicit.dcm', image],
    ['elements/undefined_lengths.dcm', image],
    ['elements/fragments_without_offsets.dcm', pixels],
    ['elements/extended_offsets.dcm', pixels],
  ])('%s', { timeout: 60_000 }, async (path, read) => {
    const bytes = bytesOf(path);
    const whole = await outcome(() => read(bytes));
    expect(whole).toBeDefined();
    let refused = 0;
    // Headers byte by byte; within pixels there is nothing but pixels.
    const step = bytes.length > 4000 ? 3 : 1;
    for (let length = 0; length < bytes.length; length += step) {
      const cut = await outcome(() => read(bytes.subarray(0, length)));
      if (cut === undefined) refused++;
      else expect([length, cut]).toEqual([length, whole]);
    }
    // What may be missing: the mark after the pixels, what is of no use here, or a padding.
    expect(refused).toBeGreaterThan(0.85 * Math.floor(bytes.length / step));
  });
});

describe('a series is never read shorter than it is', () => {
  const more = { '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'] } as const;
  const slice = (z: number, series = '1.2.3') => ctSlice({ position: [0, 0, z], series, more });
  /** What reading four slices gives if the last is cut off to this length. */
  const cutAt = async (length: number) =>
    outcome(async () => {
      const files = [0, 1, 2, 3].map((z) => slice(z));
      files[3] = files[3]!.subarray(0, length);
      return (await readDicomSeries(files)).voxels.shape;
    });

  test('whose last slice is cut off anywhere: an error', async () => {
    const { length } = slice(3);
    for (let at = 0; at < length; at++) expect([at, await cutAt(at)]).toEqual([at, undefined]);
    expect(await cutAt(length)).toBe('[4,2,3]');
  });

  test('which says so of a file that is no DICOM', async () => {
    const warnings: string[] = [];
    const files = [slice(0), slice(1), Buffer.from('a text of some length')];
    await readDicomSeries(files, { onWarning: (message) => warnings.push(message) });
    expect(warnings).toContain('file 2: is no DICOM file and was passed over');
  });

  test('by name, from a folder; other kinds of files lose nothing', async () => {
    const folder = temporaryFolder();
    mkdirSync(join(folder, 'inner'));
    for (const z of [0, 1, 2]) writeFileSync(join(folder, `${z}.dcm`), slice(z));
    const report = dicomFile({ '00080016': ['UI', '1.2.3.4'], '00080060': ['CS', 'SR'] });
    writeFileSync(join(folder, 'report.dcm'), report);
    writeFileSync(join(folder, '.hidden'), '');
    expect((await readDicomSeries(folder)).voxels.shape).toEqual([3, 2, 3]);
    writeFileSync(join(folder, '3.dcm'), '');
    await expect(readDicomSeries(folder)).rejects.toThrow(
      /^3\.dcm: is empty, but may be a slice of the series; fetch or export it again/,
    );
    const header = slice(3).subarray(0, slice(3).indexOf(0xe0, 140));
    writeFileSync(join(folder, '3.dcm'), header);
    await expect(readDicomSeries(folder)).rejects.toThrow(/^3\.dcm: (ends before|is damaged)/);
    writeFileSync(join(folder, '3.dcm'), 'Error 404: not found');
    await expect(readDicomSeries(folder)).rejects.toThrow(/^3\.dcm: is no DICOM file, but may be/);
    // Of two series it is one's or the other's, which only a warning can say.
    writeFileSync(join(folder, '3.dcm'), '');
    writeFileSync(join(folder, 'a.dcm'), slice(0, '1.2.4'));
    const warnings: string[] = [];
    const { voxels } = await readDicomSeries(folder, {
      series: '1.2.3',
      onWarning: (message) => warnings.push(message),
    });
    expect(voxels.shape).toEqual([3, 2, 3]);
    expect(warnings).toEqual([
      expect.stringMatching(/^3\.dcm: is empty and was passed over; .* any of 2 series$/),
    ]);
  });

  test('of paths, each read once, whatever else lies beside them', async () => {
    const folder = temporaryFolder();
    const paths = [2, 0, 1].map((z) => join(folder, `${z}.dcm`));
    for (const path of paths) writeFileSync(path, slice(Number(/(\d)\.dcm$/.exec(path)![1])));
    writeFileSync(join(folder, 'other.dcm'), slice(9, '7'));
    expect((await readDicomSeries(paths)).voxels.shape).toEqual([3, 2, 3]);
    await expect(readDicomSeries([join(folder, 'none')])).rejects.toThrow(/none: there is no such/);
  });
});

describe('readDicomInfo', () => {
  test('knows what comes before a cut, and says what is wrong', async () => {
    const bytes = bytesOf('contours/undefined_lengths.dcm');
    expect(await readDicomInfo(bytes)).toMatchObject({
      modality: 'RTSTRUCT',
      referencedSeries: ['1.2.3.1'],
      damage: undefined,
    });
    const cut = await readDicomInfo(bytes.subarray(0, bytes.length - 20));
    expect(cut).toMatchObject({ modality: 'RTSTRUCT', referencedSeries: ['1.2.3.1'] });
    expect(cut!.damage).toMatch(/damaged or cut off/);
  });

  test('is nothing for files that are no DICOM', async () => {
    for (const content of ['text of some length, longer than a tag', '\x5c\x01\0\0\0\0\0\0\0']) {
      expect(await readDicomInfo(Buffer.from(content, 'latin1'))).toBeUndefined();
    }
  });

  test('takes an empty file, or one of zeros, for what is left of one', async () => {
    for (const bytes of [Buffer.alloc(0), Buffer.alloc(100), Buffer.alloc(5000)]) {
      const info = await readDicomInfo(bytes);
      expect(info).toMatchObject({ modality: '', hasPixels: false });
      expect(info!.damage).toMatch(/is empty; fetch/);
    }
  });

  test('reads only the beginning of a large file where that is enough', async () => {
    const path = join(temporaryFolder(), 'large.dcm');
    const large = ctSlice({ size: [300, 400], values: new Int16Array(120_000) });
    writeFileSync(path, large);
    expect(await readDicomInfo(path)).toMatchObject({
      seriesInstanceUid: '1.2.3',
      hasPixels: true,
    });
    // Also where something long comes before the pixels, or the file ends there.
    const more = { '00091001': ['OB', new Uint8Array(100_000)] } as const;
    writeFileSync(path, ctSlice({ more }));
    expect(await readDicomInfo(path)).toMatchObject({
      seriesInstanceUid: '1.2.3',
      hasPixels: true,
    });
    writeFileSync(path, large.subarray(0, 70_000));
    expect(await readDicomInfo(path)).toMatchObject({ hasPixels: true, damage: undefined });
  });
});
