import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  createVolume,
  readDicomSeries,
  readLidcAnnotations,
  type Volume,
  VolumeFormatError,
} from '../src/index.ts';
import { ctSlice } from './dicom-files.ts';

const fixture = (path: string) =>
  fileURLToPath(new URL(`./fixtures/lidc/${path}`, import.meta.url));
const SERIES = '1.3.6.1.4.1.14519.5.2.1.6279.6001.179049373636438705059720603192';

/** A CT of square slices at the given places, in pixels of 0.75 mm × 0.5 mm. */
function ct(places: readonly number[], side: number, series = SERIES): Promise<Volume> {
  return readDicomSeries(
    places.map((z) => ctSlice({ position: [-3, -2, z], size: [side, side], series })),
  );
}

describe('real outlines', () => {
  test('enclose what scipy.ndimage.binary_fill_holes fills, counted by reader', async () => {
    const { box, counts } = JSON.parse(readFileSync(fixture('counts.json'), 'utf8'));
    const [top, bottom, left, right] = box;
    const like = await ct([-122.5, -120], 512);
    const path = fixture('LIDC-IDRI-0001.xml');
    const { readers, volume, findings, outlinesBeyond } = await readLidcAnnotations(path, { like });
    expect([readers, outlinesBeyond]).toEqual([4, 0]);
    ['-122.5', '-120.0'].forEach((z, slice) => {
      const expected = Buffer.from(counts[z], 'base64');
      const got = volume.voxels
        .pick(slice, null, null)
        .lo(top, left)
        .hi(bottom - top, right - left);
      const differ = expected.filter((n, i) => got.get(Math.floor(i / 80), i % 80) !== n);
      expect(differ).toHaveLength(0);
      const all = volume.voxels.data.subarray(slice * 512 ** 2, (slice + 1) * 512 ** 2);
      expect(all.reduce((a, b) => a + b)).toBe(expected.reduce((a, b) => a + b));
    });
    expect(findings[0]).toMatchObject({
      reader: 0,
      id: 'Nodule 001',
      kind: 'nodule',
      characteristics: { subtlety: 5, malignancy: 5 },
    });
    const count = (kind: string) => findings.filter((finding) => finding.kind === kind).length;
    // As grep counts them in the file.
    expect(['nodule', 'small nodule', 'non-nodule'].map(count)).toEqual([4, 9, 13]);
  });

  test('beyond a part of the series are counted', async () => {
    const like = await ct([-120, -117.5], 512);
    const { outlinesBeyond } = await readLidcAnnotations(fixture('LIDC-IDRI-0001.xml'), { like });
    expect(outlinesBeyond).toBe(4);
  });
});

type Point = readonly [x: number, y: number];
const points = (name: string, list: readonly Point[]) =>
  list.map(([x, y]) => `<${name}><xCoord>${x}</xCoord><yCoord>${y}</yCoord></${name}>`).join('');
const roi = (list: readonly Point[], inclusion = 'TRUE', z: number | string = 0) =>
  `<roi><imageZposition>${z} </imageZposition><inclusion>${inclusion}</inclusion>${points('edgeMap', list)}</roi>`;
const nodule = (...rois: string[]) =>
  `<unblindedReadNodule><noduleID>n1</noduleID>${rois.join('')}</unblindedReadNodule>`;
const message = (...readers: string[]) =>
  Buffer.from(
    `<?xml version="1.0"?><LidcReadMessage xmlns="http://www.nih.gov">${readers
      .map((reader) => `<readingSession>${reader}</readingSession>`)
      .join('')}</LidcReadMessage>`,
  );
const box = (x0: number, y0: number, x1: number, y1: number): Point[] => [
  [x0, y0],
  [x1, y0],
  [x1, y1],
  [x0, y1],
];

describe('the rules, on a small grid', () => {
  const rowsOf = async (...readers: string[]) => {
    const { volume } = await readLidcAnnotations(message(...readers), { like: await ct([0], 8) });
    const digits = [...volume.voxels.data].join('');
    return digits.match(/.{8}/g);
  };

  test('the outline is outside, its gaps are bridged, and readers are counted', async () => {
    const reader = nodule(roi(box(1, 1, 5, 5)));
    const other = nodule(roi(box(2, 2, 6, 6)), roi(box(2, 2, 6, 5)));
    expect(await rowsOf(reader, other)).toEqual([
      '00000000',
      '00000000',
      '00111000',
      '00122100',
      '00122100',
      '00011100',
      '00000000',
      '00000000',
    ]);
  });

  test('what an outline with inclusion FALSE encloses is cut out of its own nodule', async () => {
    const hole: Point[] = [
      [3, 2],
      [4, 3],
      [3, 4],
      [2, 3],
    ];
    const expected = [
      '00000000',
      '00000000',
      '00111000',
      '00101000',
      '00111000',
      '00000000',
      '00000000',
      '00000000',
    ];
    for (const order of [0, 1]) {
      const rois = [roi(box(1, 1, 5, 5)), roi(hole, 'FALSE')];
      expect(await rowsOf(nodule(...(order ? rois.reverse() : rois)))).toEqual(expected);
    }
    expect(await rowsOf(nodule(roi(box(1, 1, 5, 5))) + nodule(roi(hole, 'FALSE')))).not.toEqual(
      expected,
    );
  });

  test('outlines at the border and lines enclose what they should', async () => {
    expect((await rowsOf(nodule(roi(box(0, 0, 7, 7)))))?.join('')).toMatch(/^0{8}(01{6}0){6}0{8}$/);
    expect(
      (
        await rowsOf(
          nodule(
            roi([
              [1, 1],
              [5, 3],
            ]),
          ),
        )
      )?.join(''),
    ).toBe('0'.repeat(64));
  });

  test('lines end in any way, however many there are', async () => {
    const drawn = nodule(roi(box(1, 1, 5, 5)));
    const lines = '\r\n'.repeat(1_000_000);
    expect(await rowsOf(drawn.replaceAll('><', '>\r\n<') + lines)).toEqual(await rowsOf(drawn));
  });

  test('points are listed at their place in the world, without voxels', async () => {
    const mark = `<nonNodule><nonNoduleID>m</nonNoduleID><imageZposition>4</imageZposition>${points('locus', [[2, 6]])}</nonNodule>`;
    const { findings, volume, readers } = await readLidcAnnotations(
      message(nodule(roi([[4, 2]], 'TRUE', 1)) + mark, ''),
      { like: await ct([0, 1], 8) },
    );
    expect(readers).toBe(2);
    expect(findings).toEqual([
      { reader: 0, id: 'n1', kind: 'small nodule', characteristics: {}, position: [0, 1, 1] },
      { reader: 0, id: 'm', kind: 'non-nodule', characteristics: {}, position: [1.5, -1, 4] },
    ]);
    expect(volume.voxels.data.every((value) => value === 0)).toBe(true);
  });
});

describe('what is damaged or of another image is refused, and says why', () => {
  const bomb = Array.from({ length: 20 }, (_, i) => `<!ENTITY e${i + 1} "&e${i};&e${i};">`);
  test.each<[string, string | Buffer, RegExp]>([
    ['no XML', 'nodule', /must be well-formed XML \(/],
    ['XML cut off', message(nodule()).subarray(0, 120), /must be well-formed XML/],
    ['other XML', '<svg/>', /\(LidcReadMessage\), got <svg>/],
    [
      'entities',
      `<!DOCTYPE a [<!ENTITY e0 "x">${bomb.join('')}]><LidcReadMessage>&e20;</LidcReadMessage>`,
      /well-formed XML \(.*e20/,
    ],
    ['deep nesting', '<a>'.repeat(200_000), /well-formed XML/],
    ['no readers', message(), /must hold 1 to 255 readingSession, got 0/],
    ['an empty nodule', message(nodule()), /reader 0, nodule n1: must have at least one roi/],
    ['an empty roi', message(nodule(roi([]))), /at least one edgeMap, got none/],
    ['a point beyond', message(nodule(roi([[8, 0]]))), /8 rows and 8 columns, got \(8, 0\)/],
    ['half a pixel', message(nodule(roi([[0.5, 0]]))), /got \(0\.5, 0\)/],
    ['a place that is none', message(nodule(roi([[1, 1]], 'TRUE', 'x'))), /number of mm, got NaN/],
    ['between slices', message(nodule(roi([[1, 1]], 'TRUE', 0.4))), /0\.4 mm, 0\.40 slices on/],
    ['inclusion', message(nodule(roi([[1, 1]], 'MAYBE'))), /TRUE or FALSE, got MAYBE/],
    [
      'more pixels than anyone draws',
      message(nodule(...Array(2000).fill(roi(box(0, 0, 299, 299))))),
      /at most 67108864 pixels together/,
    ],
  ])('%s', async (_, text, message) => {
    const like = await ct([0, 1], text.length > 100_000 ? 300 : 8);
    const read = readLidcAnnotations(Buffer.from(text as string), { like });
    await expect(read).rejects.toThrow(VolumeFormatError);
    await expect(read).rejects.toThrow(message);
  });

  test('another series, and volumes that are no axial DICOM series', async () => {
    const path = fixture('LIDC-IDRI-0001.xml');
    const other = await ct([-120], 512, '1.2.3');
    await expect(readLidcAnnotations(path, { like: other })).rejects.toThrow(
      /must be of the series of `like`, 1\.2\.3, got one of 1\.3\.6/,
    );
    const { voxels, affine } = await ct([-120], 512);
    await expect(
      readLidcAnnotations(path, { like: createVolume(voxels, { affine }) }),
    ).rejects.toThrow(RangeError);
  });
});
