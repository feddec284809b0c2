import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { mulberry32 } from '@sts-net/testing';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDataSet } from '../src/formats/dicom/elements/parse-data-set.ts';
import {
  createVolume,
  type DicomHeader,
  encodeRtStruct,
  likeVolume,
  type RoiToWrite,
  readDicomSeries,
  readRtStruct,
  readVolume,
  reorient,
  type Volume,
  writeRtStruct,
} from '../src/index.ts';
import { ctSlice, type Elements } from './dicom-files.ts';

// Independent readers are asked in tools/fixtures/volume-io/check_rtstruct.py.
const fixture = (path: string) => fileURLToPath(new URL(`./fixtures/${path}`, import.meta.url));

let oblique: Volume;
beforeAll(async () => {
  oblique = await readDicomSeries(fixture('conformance/dicom/rt-utils/oriented_data'));
});

type IsInside = (row: number, column: number, slice: number) => boolean;
const mask = (like: Volume, isInside: IsInside) => {
  const [, rows, columns] = like.voxels.shape as [number, number, number];
  const data = Uint8Array.from({ length: like.voxels.size }, (_, i) =>
    Number(isInside(Math.floor(i / columns) % rows, i % columns, Math.floor(i / columns / rows))),
  );
  return likeVolume(like, ndarray(data, like.voxels.shape));
};
const elementsOf = async (bytes: Uint8Array) =>
  (await parseDataSet(bytes, 'structure set', () => {})).dataSet;
const headerOf = ({ header }: Volume) => header as DicomHeader;

/** Rows of text as a mask: `#` is inside; elsewhere nothing is. */
const drawn =
  (...rows: readonly string[]): IsInside =>
  (row, column) =>
    rows[row]?.[column] === '#';

const shapes: Record<string, IsInside> = {
  nothing: () => false,
  everything: () => true,
  'one pixel in a corner of the image': drawn('#'),
  'single pixels, next to one another but for a gap': drawn('# # #', '', '# # #'),
  'lines of one pixel': drawn('', ' ####', ' #', ' # ##', ' #  #', ' ####'),
  'a checkerboard': (row, column) => (row + column) % 2 === 0,
  'a checkerboard in a frame': (row, column) =>
    row < 12 &&
    column < 12 &&
    (row * column === 0 || row === 11 || column === 11 || (row + column) % 2 === 0),
  'a pixel whose corners touch a ring that is open': drawn('###', '#  ', '# #', '###'),
  'a pixel that touches a ring by all corners': drawn('#####', '## ##', '# # #', '## ##', '#####'),
  'the same where the ring is open to the outside': drawn('## ##', '# # #', '## ##', '#####'),
  'rings in rings': (row, column) => Math.max(Math.abs(row - 12), Math.abs(column - 30)) % 2 === 0,
  'holes that touch by corners': drawn('#####', '## ##', '# # #', '## ##', '# # #', '#####'),
  'holes in a row': drawn('###########', '# # ## # ##', '###########'),
  'a hole whose channel meets the hole below': drawn('#######', '## ####', '##  # #', '#######'),
  'a spiral': drawn('#######', '      #', '##### #', '#   # #', '# ### #', '#     #', '#######'),
  'slices that differ, one of them empty': (row, column, slice) =>
    slice !== 1 && (row + slice) % 3 === 0 && column > 5,
};

/** Noise that fills a share, made of blocks of some pixels. */
const noise = (seed: number, share: number, block: number): IsInside => {
  const random = mulberry32(seed);
  const cells = Array.from({ length: 1 << 14 }, () => random() < share);
  return (row, column, slice) => {
    const [r, c] = [Math.floor(row / block), Math.floor(column / block)];
    return cells[(r * 131 + c * 7919 + slice * 5003) % cells.length]!;
  };
};

const roundTrip = async (like: Volume, masks: readonly Volume<Uint8Array>[]) => {
  const rois = masks.map((volume, i) => ({ name: `roi ${i}`, volume }));
  const warnings: string[] = [];
  const back = await readRtStruct(await encodeRtStruct(rois, { like }), {
    like,
    onWarning: (message) => warnings.push(message),
  });
  expect(warnings).toEqual([]);
  expect(back).toHaveLength(masks.length);
  back.forEach(({ volume }, i) => {
    expect(volume.voxels.data).toEqual(masks[i]!.voxels.data);
  });
  return back;
};

describe('a structure set that is written gives the same masks back', () => {
  test.each(Object.entries(shapes))('%s', async (_, isInside) => {
    await roundTrip(oblique, [
      mask(oblique, isInside),
      mask(oblique, (r, c, s) => !isInside(r, c, s)),
    ]);
  });

  test.each([1, 2, 3])('noise in blocks of %i pixels, from sparse to dense', async (block) => {
    const shares = [0.01, 0.1, 0.3, 0.5, 0.6, 0.7, 0.9, 0.99];
    await roundTrip(
      oblique,
      shares.map((share, i) => mask(oblique, noise(100 * block + i, share, block))),
    );
  });

  test.each([
    'conformance/dicom/dcmqi/23x38x3/image',
    'dicom/geometry/gantry_tilt',
    'dicom/geometry/gantry_tilt_two_decimals',
    'dicom/geometry/two_decimals_worst',
    'dicom/geometry/one_decimal_positions',
    'dicom/contours/ct',
  ])('of the series %s', async (path) => {
    const like = await readDicomSeries(fixture(path), { tilt: true });
    await roundTrip(
      like,
      [0.05, 0.5, 0.9].map((share, i) => mask(like, noise(i, share, 1))),
    );
  });

  test('of a single image, and of frames of one file', async () => {
    for (const file of ['MR_small.dcm', 'rtdose.dcm']) {
      const like = await readVolume(fixture(`conformance/dicom/pydicom/${file}`));
      await roundTrip(like, [mask(like, noise(1, 0.5, 2))]);
    }
  });
});

const series = (more: Elements = {}) =>
  readDicomSeries(
    [4, 0, 2].map((z) =>
      ctSlice({
        position: [10, 20, z],
        size: [4, 5],
        more: {
          '00080005': ['CS', 'ISO_IR 192'],
          '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
          '00080018': ['UI', `1.2.7.${z}`],
          '00080020': ['DA', '20240229'],
          '0020000D': ['UI', '1.2.9'],
          '00200052': ['UI', '1.2.8'],
          '00280030': ['DS', [2, 1]],
          '00100010': ['PN', Buffer.from('Mädel^Gret')],
          ...more,
        },
      }),
    ),
  );

describe('what a structure set holds', () => {
  const contoursIn = async (isInside: IsInside) => {
    const like = await series();
    const bytes = await encodeRtStruct([{ name: 'a', volume: mask(like, isInside) }], { like });
    return (await elementsOf(bytes)).items('ROIContourSequence')[0]!.items('ContourSequence');
  };

  test('an outline nearly along the edges of a pixel, on the image of its slice', async () => {
    const contours = await contoursIn((row, column, slice) => row + column === 0 && slice === 2);
    expect(contours).toHaveLength(1);
    const [contour] = contours;
    expect(contour!.text('ContourGeometricType')).toBe('CLOSED_PLANAR');
    expect(contour!.text('NumberOfContourPoints')).toBe('4');
    // 1 mm wide and 2 mm high.
    const points = contour!.numbers('ContourData')!;
    expect(points).toBeAllclose(
      [9.51, 19.02, 4, 10.49, 19.02, 4, 10.49, 20.98, 4, 9.51, 20.98, 4],
      {
        atol: 1e-9,
      },
    );
    const [image] = contour!.items('ContourImageSequence');
    expect(image!.text('ReferencedSOPInstanceUID')).toBe('1.2.7.4');
    expect(image!.has('ReferencedFrameNumber')).toBe(false);
  });

  test('a piece with a hole as one contour, pieces that touch by a corner as two', async () => {
    expect(await contoursIn(drawn('###', '# #', '###'))).toHaveLength(3);
    expect(await contoursIn(drawn('#', ' #'))).toHaveLength(6);
  });

  test('patient, study, frame of reference and what is known of each ROI', async () => {
    const like = await series();
    const rois: RoiToWrite[] = [
      { name: 'läsion', volume: mask(like, () => true), interpretedType: 'GTV', color: [1, 2, 3] },
      {
        name: '病変',
        volume: mask(like, () => false),
        algorithmType: 'SEMIAUTOMATIC',
        algorithm: { name: 'net 7', version: '1.2' },
        type: { value: '41647002', scheme: 'SCT', meaning: 'Ischemia' },
        region: { value: '12738006', scheme: 'SCT', meaning: 'Brain' },
      },
      { name: 'by hand', volume: mask(like, drawn('#')), algorithmType: 'MANUAL' },
    ];
    const bytes = await encodeRtStruct(rois, { like });
    const back = await readRtStruct(bytes, { like });
    expect(
      back.map(({ number, name, interpretedType, color }) => [
        number,
        name,
        interpretedType,
        color,
      ]),
    ).toEqual([
      [1, 'läsion', 'GTV', [1, 2, 3]],
      [2, '病変', '', [86, 180, 233]],
      [3, 'by hand', '', [0, 158, 115]],
    ]);
    const dataSet = await elementsOf(bytes);
    const text = (
      ['PatientName', 'StudyInstanceUID', 'FrameOfReferenceUID', 'StructureSetDate'] as const
    ).map(dataSet.text);
    expect(text).toEqual(['Mädel^Gret', '1.2.9', '1.2.8', '20240229']);
    const generated = dataSet
      .items('StructureSetROISequence')
      .map((roi) => [roi.text('ROIGenerationAlgorithm'), roi.text('ROIGenerationDescription')]);
    expect(generated).toEqual([
      ['AUTOMATIC', 'sts-net'],
      ['SEMIAUTOMATIC', 'net 7'],
      ['MANUAL', undefined],
    ]);
    const versions = dataSet
      .items('StructureSetROISequence')
      .map((roi) => roi.items('ROIDerivationAlgorithmIdentificationSequence'))
      .map(([made]) => made?.text('AlgorithmVersion'));
    expect(versions).toEqual([undefined, '1.2', undefined]);
    const shown = dataSet
      .items('RTROIObservationsSequence')
      .map((roi) =>
        (['RTROIIdentificationCodeSequence', 'AnatomicRegionSequence'] as const).map((keyword) =>
          roi.items(keyword)[0]?.text('CodeMeaning'),
        ),
      );
    expect(shown).toEqual([
      ['Lesion', undefined],
      ['Ischemia', 'Brain'],
      ['Lesion', undefined],
    ]);
    const [frame] = dataSet.items('ReferencedFrameOfReferenceSequence');
    const [study] = frame!.items('RTReferencedStudySequence');
    const images = study!.items('RTReferencedSeriesSequence')[0]!.items('ContourImageSequence');
    expect(images.map((image) => image.text('ReferencedSOPInstanceUID'))).toEqual(
      headerOf(like).sopInstanceUids,
    );
  });

  test('contours longer than 65534 bytes', async () => {
    const volume = mask(oblique, (row, column) => row % 2 === 0 || column % 2 === 0);
    const bytes = await encodeRtStruct([{ name: 'a', volume }], { like: oblique });
    const roi = (await elementsOf(bytes)).items('ROIContourSequence')[0]!;
    const lengths = roi.items('ContourSequence').map((one) => one.text('ContourData')!.length);
    expect(Math.min(...lengths)).toBeGreaterThan(65534);
    await roundTrip(oblique, [volume]);
  });

  test('the frame where a file holds several', async () => {
    const like = await readVolume(fixture('conformance/dicom/pydicom/rtdose.dcm'));
    const volume = mask(like, (row, column, slice) => slice === 14 && row + column === 0);
    const bytes = await encodeRtStruct([{ name: 'a', volume }], { like });
    const roi = (await elementsOf(bytes)).items('ROIContourSequence')[0]!;
    const [image] = roi.items('ContourSequence')[0]!.items('ContourImageSequence');
    expect(image!.text('ReferencedFrameNumber')).toBe(String(headerOf(like).frameNumbers[14]));
  });

  test('the same bytes for the same masks, with other UIDs for others', async () => {
    const encode = (row: number) =>
      encodeRtStruct([{ name: 'a', volume: mask(oblique, (r) => r === row) }], { like: oblique });
    const uids = async (bytes: Uint8Array) => {
      const dataSet = await elementsOf(bytes);
      return (['SOPInstanceUID', 'SeriesInstanceUID'] as const).map(dataSet.text);
    };
    expect(await encode(2)).toEqual(await encode(2));
    const all = [...(await uids(await encode(2))), ...(await uids(await encode(3)))];
    expect(new Set(all).size).toBe(4);
    for (const uid of all) expect(uid).toMatch(/^2\.25\.[1-9]\d{1,38}$/);
  });

  test('a file that appears under its name only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'rtstruct-'));
    const rois = [{ name: 'a', volume: mask(oblique, drawn('#')) }];
    await writeRtStruct(join(folder, 'a.dcm'), rois, { like: oblique });
    expect(await readdir(folder)).toEqual(['a.dcm']);
    expect(await readRtStruct(join(folder, 'a.dcm'), { like: oblique })).toHaveLength(1);
  });
});

describe('what cannot be written is refused, and says why', () => {
  test.each<[string, (volume: Volume<Uint8Array>) => RoiToWrite[], RegExp]>([
    ['no ROI', () => [], /`encodeRtStruct`: there must be 1 to 65535 ROIs, got 0/],
    ['no name', (volume) => [{ name: '', volume }], /ROI 1 must have a name of 1 to 64/],
    [
      'labels of several kinds',
      (volume) => [
        {
          name: 'b',
          volume: likeVolume(volume, ndarray(new Uint8Array(15000).fill(2), [3, 50, 100])),
        },
      ],
      /ROI 1 must hold 0 and 1 only, got 2; make one ROI of each label/,
    ],
    [
      'another grid',
      (volume) => [{ name: 'a', volume: { ...volume, affine: volume.affine.map((v) => 2 * v) } }],
      /ROI 1 must lie where the image lies, .* mm elsewhere/,
    ],
    ['a colour', (volume) => [{ name: 'a', volume, color: [0, 256, 0] }], /got \[0, 256, 0\]/],
    ['a type', (volume) => [{ name: 'a', volume, interpretedType: 'gtv' }], /ROI 1 .* got "gtv"/],
  ])('%s', async (_, rois, message) => {
    const encoded = encodeRtStruct(rois(mask(oblique, () => false)), { like: oblique });
    await expect(encoded).rejects.toThrow(RangeError);
    await expect(encoded).rejects.toThrow(message);
  });

  test('images that are not from DICOM, are turned, have no UIDs, or lie nowhere', async () => {
    const encode = (like: Volume) =>
      encodeRtStruct([{ name: 'a', volume: mask(like, () => true) }], { like });
    const plain = createVolume(ndarray(new Uint8Array(8), [2, 2, 2]));
    await expect(encode(plain)).rejects.toThrow(
      /must have been read from DICOM, since a structure/,
    );
    await expect(encode(reorient(oblique, 'RIP'))).rejects.toThrow(RangeError);
    await expect(encode(await readDicomSeries([ctSlice()]))).rejects.toThrow(/some are missing/);
    const nowhere = await readVolume(fixture('conformance/dicom/pydicom/JPEG-lossy.dcm'));
    await expect(encode(nowhere)).rejects.toThrow(/must say where their pixels lie/);
  });

  test('a slice of more pieces than are read', async () => {
    const like = await readDicomSeries([
      ctSlice({
        size: [128, 129],
        more: {
          '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
          '00080018': ['UI', '1.2.7'],
          '0020000D': ['UI', '1.2.9'],
        },
      }),
    ]);
    const volume = mask(like, (row, column) => (row + column) % 2 === 0);
    await expect(encodeRtStruct([{ name: 'a', volume }], { like })).rejects.toThrow(
      /at most 8192 separate pieces on a slice, got 8256 on slice 0; /,
    );
  });
});
