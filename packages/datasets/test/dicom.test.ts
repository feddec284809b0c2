import { mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { temporaryFolder } from '@sts-net/testing';
import { likeVolume, readDicomSeries, readVolume, writeDicomSegments } from '@sts-net/volume-io';
import ndarray from 'ndarray';
import { describe, expect, it } from 'vitest';
import { ctSlice } from '../../volume-io/test/dicom-files.ts';
import { datasets } from '../src/kinds/datasets.ts';
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
    const image = await readVolume(join(output, items[0]!.image));
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
