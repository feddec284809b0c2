import { copyFileSync, cpSync, mkdirSync, readFileSync, symlinkSync, writeFileSync } from 'node:fs';
import files from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { likeVolume, readDicomSeries, readVolume, writeDicomSegments } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it, vi } from 'vitest';
import { ctSlice, dicomFile } from '../../volume-io/test/dicom-files.ts';
import { datasets } from '../src/kinds/datasets.ts';
import { filesOf } from '../src/manifest/image-files.ts';
import { type PrepareOptions, prepareDataset } from '../src/prepare/prepare-dataset.ts';

async function prepare(folder: string, options: PrepareOptions = {}) {
  const output = join(temporaryFolder(), 'prepared');
  return { output, ...(await prepareDataset(datasets.dicom, folder, output, options)) };
}

const seriesUid = (patient: string) => `1.2.826.0.1.${patient.length}.77.1`;
const [rows, columns] = [20, 30];

/** A CT of three slices of a patient, as files. */
function writeCt(folder: string, patient: string): string {
  mkdirSync(folder, { recursive: true });
  for (const z of [0, 2, 4]) {
    const slice = ctSlice({
      position: [0, 0, z],
      size: [rows, columns],
      series: seriesUid(patient),
      values: Int16Array.from({ length: rows * columns }, (_, i) => i + z),
      more: {
        '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
        '00080018': ['UI', `${seriesUid(patient)}.${z}`],
        '00100020': ['LO', patient],
        '0020000D': ['UI', `${seriesUid(patient)}.99`],
        '00200052': ['UI', `${seriesUid(patient)}.98`],
      },
    });
    writeFileSync(join(folder, `${z}`), slice);
  }
  return folder;
}

/** The XML of LIDC-IDRI in which each reader outlined one box of the first slice. */
function lidcXml(patient: string, boxes: readonly (readonly [number, number, number])[]): string {
  const sessions = boxes.map(([left, top, side]) => {
    const corners = [
      [left, top],
      [left + side, top],
      [left + side, top + side],
      [left, top + side],
    ];
    const edges = corners.map(
      ([x, y]) => `<edgeMap><xCoord>${x}</xCoord><yCoord>${y}</yCoord></edgeMap>`,
    );
    return `<readingSession><unblindedReadNodule><noduleID>1</noduleID><roi><imageZposition>0</imageZposition><inclusion>TRUE</inclusion>${edges.join('')}</roi></unblindedReadNodule></readingSession>`;
  });
  return `<?xml version="1.0"?><LidcReadMessage xmlns="http://www.nih.gov"><ResponseHeader><SeriesInstanceUid>${seriesUid(patient)}</SeriesInstanceUid></ResponseHeader>${sessions.join('')}</LidcReadMessage>`;
}

describe('DICOM data sets', () => {
  it('find the XML of a series wherever it lies, and count readers', async () => {
    const folder = temporaryFolder();
    writeCt(join(folder, 'scans/a.1'), 'LIDC-1');
    writeCt(join(folder, 'scans/b.2'), 'LIDC-02');
    mkdirSync(join(folder, 'xml'));
    // Insides of 5 × 5 and 3 × 3 pixels, the second within the first, and one elsewhere.
    const boxes = [
      [2, 2, 6],
      [3, 3, 4],
      [15, 5, 3],
    ] as const;
    writeFileSync(join(folder, 'xml/157.xml'), lidcXml('LIDC-1', boxes));
    const { items, skipped, output } = await prepare(folder);
    expect(items).toMatchObject([
      { id: 'a.1', group: 'LIDC-1', area: 9, size: [3, rows, columns], spacing: [2, 0.5, 0.75] },
    ]);
    expect(skipped).toEqual([
      { skipped: 'scans/b.2', reason: expect.stringContaining(seriesUid('LIDC-02')) },
    ]);
    // Numbers that CT values become by the slope and intercept of the files.
    const image = await readVolume(join(output, filesOf(items[0]!.image)[0]));
    expect([image.voxels.get(0, 0, 1), image.voxels.get(2, 0, 0)]).toEqual([-999, -996]);
    expect((await prepare(folder, { readers: 1 })).items[0]!.area).toBe(25 + 4);
  });

  it('unite segments of one name, and ask which of several', async () => {
    const folder = temporaryFolder();
    const like = await readDicomSeries(writeCt(join(folder, 'p/ct'), 'P1'));
    const segment = (label: string, ...at: number[]) => {
      const voxels = new Uint8Array(3 * rows * columns);
      for (const i of at) voxels[i] = 1;
      return { label, volume: likeVolume(like, ndarray(voxels, [3, rows, columns])) };
    };
    const lesions = [segment('lesion', 1, 2), segment('lesion', 2, 700)];
    await writeDicomSegments(join(folder, 'p/ct/seg.dcm'), lesions, { like });
    expect((await prepare(folder)).items).toMatchObject([{ id: 'ct', area: 3 }]);
    const organ = [segment('Organ [left]', 5, 6, 7, 8)];
    await writeDicomSegments(join(folder, 'p/organ.dcm'), organ, { like });
    await expect(prepare(folder)).rejects.toThrow(/'lesion', 'Organ \[left\]'; choose by `target`/);
    expect((await prepare(folder, { target: 'lesion' })).items).toMatchObject([{ area: 3 }]);
    expect((await prepare(folder, { target: 'organ*' })).items).toMatchObject([{ area: 4 }]);
    await expect(prepare(folder, { target: 'x' })).rejects.toThrow("no target is called 'x'");
  });

  it('read regions of a structure set: as many voxels as scikit-image has in its polygons', async () => {
    const folder = temporaryFolder();
    const fixture = (path: string) =>
      fileURLToPath(new URL(`../../volume-io/test/fixtures/${path}`, import.meta.url));
    symlinkSync(fixture('conformance/dicom/rt-utils/oriented_data'), join(folder, 'mr'));
    symlinkSync(fixture('rt/polygons.dcm'), join(folder, 'rt.dcm'));
    // Bits that are set in volume-io's fixture rt.json.
    for (const [target, area] of Object.entries({ star: 615, holes: 565, keyhole: 512 })) {
      expect((await prepare(folder, { target })).items).toMatchObject([{ id: 'mr', area }]);
    }
  });
});

const fixture = (path: string) =>
  fileURLToPath(new URL(`../../volume-io/test/fixtures/dicom/${path}`, import.meta.url));

describe('series and what was drawn on them are told by the files’ own elements', () => {
  /** A CT of four slices, and a structure set that names it. */
  function drawnSeries(): string {
    const folder = temporaryFolder();
    cpSync(fixture('contours/ct'), join(folder, 'ct'), { recursive: true });
    copyFileSync(fixture('contours/beyond.dcm'), join(folder, 'rs.dcm'));
    return folder;
  }
  const slice = (k: number) => readFileSync(fixture(`contours/ct/${k}.dcm`));

  it('also without a preamble, and after private elements of any length', async () => {
    const folder = drawnSeries();
    writeFileSync(join(folder, 'ct/3.dcm'), slice(3).subarray(132));
    const long = slice(2);
    // (0009,1001), OB, before (0010,0010).
    const at = long.indexOf(Buffer.from('10001000504e', 'hex'));
    const head = Buffer.from('090001104f42000000000100', 'hex');
    head.writeUInt32LE(100_000, 8);
    const parts = [long.subarray(0, at), head, Buffer.alloc(100_000, 0x20), long.subarray(at)];
    writeFileSync(join(folder, 'ct/2.dcm'), Buffer.concat(parts));
    const { items, skipped } = await prepare(folder, { target: 'GTV' });
    expect(items).toMatchObject([{ id: 'ct', group: 'P1', size: [4, 24, 30], area: 2 * 81 }]);
    expect(skipped).toEqual([]);
  });

  it('not by series that are named in a sequence, as a directory and related series do', async () => {
    const folder = drawnSeries();
    for (const k of [0, 1, 2, 3]) {
      const bytes = slice(k);
      const at = bytes.indexOf(Buffer.from('10001000504e', 'hex'));
      // RelatedSeriesSequence (0008,1250) with the SeriesInstanceUID of another series.
      const uid = Buffer.from('20000e00554904003939392e', 'hex');
      const item = Buffer.concat([Buffer.from('feff00e00c000000', 'hex'), uid]);
      const sequence = Buffer.concat([
        Buffer.from('08005012535100001400'.padEnd(24, '0'), 'hex'),
        item,
      ]);
      const changed = Buffer.concat([bytes.subarray(0, at), sequence, bytes.subarray(at)]);
      writeFileSync(join(folder, `ct/${k}.dcm`), changed);
    }
    const directory = dicomFile({
      '00080016': ['UI', '1.2.840.10008.1.3.10'],
      '00041220': ['SQ', [{ '00080060': ['CS', 'RTSTRUCT'], '0020000E': ['UI', '1.2.3.1'] }]],
    });
    writeFileSync(join(folder, 'DICOMDIR'), directory);
    const { items, skipped } = await prepare(folder, { target: 'GTV' });
    expect(items).toMatchObject([{ id: 'ct', area: 2 * 81 }]);
    expect(skipped).toEqual([]);
  });

  it('and decode each file once, whatever else lies in its folder', async () => {
    const folder = temporaryFolder();
    const drawn = readFileSync(fixture('contours/beyond.dcm'));
    for (let i = 0; i < 5; i++) {
      const renamed = (bytes: Buffer) => replaced(bytes, '1.2.3.1\0', `1.2.3.${i + 4}\0`);
      for (const k of [0, 1, 2, 3]) writeFileSync(join(folder, `${i}-${k}.dcm`), renamed(slice(k)));
      writeFileSync(join(folder, `rs${i}.dcm`), renamed(drawn));
    }
    const readings = vi.spyOn(files, 'readFile');
    const { items } = await prepare(folder, { target: 'GTV' });
    expect(items.map(({ id, area }) => [id.slice(-7), area])).toEqual(
      [4, 5, 6, 7, 8].map((i) => [`1.2.3.${i}`, 2 * 81]),
    );
    const counts = new Map<string, number>();
    for (const [path] of readings.mock.calls) {
      counts.set(String(path), (counts.get(String(path)) ?? 0) + 1);
    }
    readings.mockRestore();
    // Once to find out what it is, which of larger files reads the beginning only.
    expect([...new Set(counts.values())]).toEqual([2]);
  });

  it('what lies beyond the image is shown once, and no other region is lost', async () => {
    const warnings: string[] = [];
    const onWarning = (message: string) => warnings.push(message);
    const folder = drawnSeries();
    const { items } = await prepare(folder, { target: 'BODY', onWarning });
    expect(items).toMatchObject([{ area: 4 * 24 * 30 }]);
    expect(warnings.filter((one) => /BODY.* were left out/.test(one))).toHaveLength(1);
    expect(warnings.filter((one) => /GTV|stray|elsewhere/.test(one))).toEqual([]);
    // Typed as on a Mac, in single letters.
    copyFileSync(fixture('contours/undefined_lengths.dcm'), join(folder, 'rs.dcm'));
    expect((await prepare(folder, { target: '종*'.normalize('NFD') })).items).toHaveLength(1);
    await expect(prepare(folder, { target: 'elsewhere' })).rejects.toThrow(
      /all 1 closed contours are up to 394\.000 mm/,
    );
    expect((await prepare(folder, { target: '*t*' })).items).toHaveLength(1);
  });

  it('outlines of LIDC-IDRI beyond the series are counted and shown', async () => {
    const folder = temporaryFolder();
    writeCt(join(folder, 'scan'), 'LIDC-1');
    const xml = lidcXml('LIDC-1', [[2, 2, 6]]);
    const roi = /<roi>.*<\/roi>/.exec(xml)![0];
    const beyond = roi.replace(/<imageZposition>0/, '<imageZposition>-40');
    writeFileSync(join(folder, 'a.xml'), xml.replace(roi, roi + beyond));
    const warnings: string[] = [];
    const { items } = await prepare(folder, {
      readers: 1,
      onWarning: (message) => warnings.push(message),
    });
    expect(items).toMatchObject([{ area: 25 }]);
    expect(warnings).toEqual([expect.stringMatching(/^a\.xml: 1 outlines lie beyond/)]);
  });

  it('a drawing that is cut off, or on a series that is not here, is skipped by its name', async () => {
    const folder = drawnSeries();
    const whole = readFileSync(fixture('contours/undefined_lengths.dcm'));
    writeFileSync(join(folder, 'cut.dcm'), whole.subarray(0, whole.length - 200));
    writeFileSync(join(folder, 'other.dcm'), replaced(whole, '1.2.3.1\0', '1.2.3.9\0'));
    const { items, skipped } = await prepare(folder, { target: 'GTV' });
    expect(items).toHaveLength(1);
    expect(skipped).toEqual([
      {
        skipped: 'cut.dcm',
        reason: expect.stringMatching(/^the DICOM elements are damaged or cut/),
      },
      { skipped: 'other.dcm', reason: 'the series it names, 1.2.3.9, is not here' },
    ]);
  });

  it('a series with a slice that is empty or cut off is skipped, not read shorter', async () => {
    for (const [bytes, reason] of [
      [Buffer.alloc(0), /3\.dcm: is empty, but may be a slice/],
      [Buffer.alloc(520), /3\.dcm: is empty, but may be a slice/],
      [Buffer.from('not found'), /3\.dcm: is no DICOM file, but may be a slice/],
      [slice(3).subarray(0, 300), /3\.dcm: is damaged or cut off, but may be a slice/],
      [slice(3).subarray(0, slice(3).indexOf('OW') - 4), /3\.dcm: ends before its pixels/],
      [slice(3).subarray(0, -1), /3\.dcm: the DICOM elements are damaged or cut off/],
    ] as const) {
      const folder = drawnSeries();
      writeFileSync(join(folder, 'ct/3.dcm'), bytes);
      await expect(prepare(folder, { target: 'GTV' })).rejects.toThrow(reason);
    }
  });

  it('says that a spacing is unknown', async () => {
    const folder = temporaryFolder();
    const flat = dicomFile({
      '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.7'],
      '00080018': ['UI', '1.2.5'],
      '0020000D': ['UI', '1.2.4'],
      '0020000E': ['UI', '1.2.3'],
      '00200032': ['DS', [0, 0, 0]],
      '00200037': ['DS', [1, 0, 0, 0, 1, 0]],
      '00200052': ['UI', '1.2.6'],
      '00280010': ['US', 4],
      '00280011': ['US', 4],
      '00280100': ['US', 8],
      '7FE00010': ['OB', new Uint8Array(16)],
    });
    writeFileSync(join(folder, 'a.dcm'), flat);
    const like = await readDicomSeries([flat]);
    const volume = likeVolume(like, ndarray(new Uint8Array(16).fill(1), [1, 4, 4]));
    await writeDicomSegments(join(folder, 'seg.dcm'), [{ label: 'a', volume }], { like });
    const warnings: string[] = [];
    const { items } = await prepare(folder, { onWarning: (message) => warnings.push(message) });
    expect(items).toMatchObject([{ spacing: null, area: 16 }]);
    expect(warnings).toContainEqual(expect.stringMatching(/does not say how far its pixels/));
  });
});

function replaced(bytes: Buffer, from: string, to: string): Buffer {
  const copy = Buffer.from(bytes);
  for (let at = copy.indexOf(from); at >= 0; at = copy.indexOf(from, at + 1)) copy.write(to, at);
  return copy;
}
