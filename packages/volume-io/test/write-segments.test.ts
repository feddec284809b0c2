import { mkdtemp, readdir } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { beforeAll, describe, expect, test } from 'vitest';
import { parseDataSet } from '../src/formats/dicom/elements/parse-data-set.ts';
import {
  createVolume,
  type DicomHeader,
  encodeDicomSegments,
  likeVolume,
  readDicomSegments,
  readDicomSeries,
  readVolume,
  type SegmentToWrite,
  type Volume,
  writeDicomSegments,
} from '../src/index.ts';
import { ctSlice, type Elements } from './dicom-files.ts';

// Independent readers are asked in tools/fixtures/volume-io/check_segments.py.
const fixture = (path: string) =>
  fileURLToPath(new URL(`./fixtures/conformance/dicom/${path}`, import.meta.url));

let oblique: Volume;
beforeAll(async () => {
  oblique = await readDicomSeries(fixture('rt-utils/oriented_data'));
});

const mask = (like: Volume, isInside: (i: number) => boolean) =>
  likeVolume(
    like,
    ndarray(
      Uint8Array.from({ length: like.voxels.size }, (_, i) => Number(isInside(i))),
      like.voxels.shape,
    ),
  );
const elementsOf = async (bytes: Uint8Array) =>
  (await parseDataSet(bytes, 'segmentation', () => {})).dataSet;
const headerOf = ({ header }: Volume) => header as DicomHeader;

describe('a segmentation that is written', () => {
  test('gives the masks back, overlapping, and leaves empty slices out', async () => {
    const masks = [
      mask(oblique, (i) => i < 5000 && i % 7 === 0),
      mask(oblique, (i) => i % 3 === 0),
      mask(oblique, () => false),
    ];
    const labels = ['läsion', '病変', 'none'];
    const segments = masks.map((volume, i) => ({ label: labels[i]!, volume }));
    const bytes = await encodeDicomSegments(segments, { like: oblique });
    const back = await readDicomSegments(bytes, { like: oblique });
    expect(back.map(({ number, label }) => [number, label])).toEqual(
      labels.map((label, i) => [i + 1, label]),
    );
    back.forEach(({ volume }, i) => {
      expect(volume.voxels.data).toEqual(masks[i]!.voxels.data);
    });
    const dataSet = await elementsOf(bytes);
    expect(dataSet.text('NumberOfFrames')).toBe('4');
    const [own] = await readDicomSegments(bytes);
    expect(own!.volume.affine).toBeAllclose(oblique.affine, { atol: 1e-5 });
  });

  test('whose frames end within a byte', async () => {
    const like = await readDicomSeries(fixture('dcmqi/23x38x3/image'));
    const volume = mask(like, (i) => i % 5 === 1);
    const bytes = await encodeDicomSegments([{ label: 'a', volume }], { like });
    const [back] = await readDicomSegments(bytes, { like });
    expect(back!.volume.voxels.data).toEqual(volume.voxels.data);
  });

  test('names patient, study, frame of reference, and the image of each frame', async () => {
    const more: Elements = {
      '00080005': ['CS', 'ISO_IR 192'],
      '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
      '00080020': ['DA', '20240229'],
      '0020000D': ['UI', '1.2.9'],
      '00200052': ['UI', '1.2.8'],
      '00100010': ['PN', Buffer.from('Mädel^Gret')],
      '00100020': ['LO', 'P 7'],
    };
    const like = await readDicomSeries(
      [4, 0, 2].map((z) =>
        ctSlice({ position: [0, 0, z], more: { ...more, '00080018': ['UI', `1.2.7.${z}`] } }),
      ),
    );
    expect(headerOf(like).patient.name).toBe('Mädel^Gret');
    const volume = mask(like, (i) => i >= 12);
    const bytes = await encodeDicomSegments([{ label: 'a', volume }], { like });
    const dataSet = await elementsOf(bytes);
    const text = Object.fromEntries(
      (
        [
          'Modality',
          'PatientName',
          'PatientID',
          'StudyInstanceUID',
          'FrameOfReferenceUID',
          'ContentDate',
        ] as const
      ).map((keyword) => [keyword, dataSet.text(keyword)]),
    );
    expect(text).toEqual({
      Modality: 'SEG',
      PatientName: 'Mädel^Gret',
      PatientID: 'P 7',
      StudyInstanceUID: '1.2.9',
      FrameOfReferenceUID: '1.2.8',
      ContentDate: '20240229',
    });
    const [frame, ...others] = dataSet.items('PerFrameFunctionalGroupsSequence');
    expect(others).toHaveLength(0);
    const source = frame!.items('DerivationImageSequence')[0]!.items('SourceImageSequence')[0]!;
    expect(source.text('ReferencedSOPInstanceUID')).toBe('1.2.7.4');
    expect(source.has('ReferencedFrameNumber')).toBe(false);
    expect(frame!.items('PlanePositionSequence')[0]!.numbers('ImagePositionPatient')).toEqual([
      0, 0, 4,
    ]);
  });

  test('says what each segment shows, and what made it', async () => {
    const volume = mask(oblique, (i) => i === 7);
    const code = (value: string) => ({ value, scheme: 'SCT', meaning: `of ${value}` });
    const algorithm = { name: 'net µ', version: '1.2', parameters: 'weights 0123' };
    const bytes = await encodeDicomSegments(
      [
        {
          ...{ label: 'a', volume, algorithm, category: code('1'), type: code('2') },
          ...{ region: code('3'), color: [213, 94, 0] },
        },
        { label: 'b', volume, algorithm, algorithmType: 'MANUAL' },
        { label: 'c', volume },
      ],
      { like: oblique },
    );
    const [a, b, c] = (await elementsOf(bytes)).items('SegmentSequence');
    const codes = [
      'SegmentedPropertyCategoryCodeSequence',
      'SegmentedPropertyTypeCodeSequence',
      'AnatomicRegionSequence',
    ] as const;
    const valuesOf = (segment: typeof a) =>
      codes.map((keyword) => segment!.items(keyword)[0]?.text('CodeMeaning'));
    expect(valuesOf(a)).toEqual(['of 1', 'of 2', 'of 3']);
    expect(valuesOf(b)).toEqual(['Morphologically Abnormal Structure', 'Lesion', undefined]);
    const names = [a, b, c].map((segment) => segment!.text('SegmentAlgorithmName'));
    expect(names).toEqual(['net µ', undefined, 'sts-net']);
    const made = [a, b, c].map((segment) =>
      segment!
        .items('SegmentationAlgorithmIdentificationSequence')
        .map((one) =>
          (['AlgorithmName', 'AlgorithmVersion', 'AlgorithmParameters'] as const).map(one.text),
        ),
    );
    expect(made).toEqual([[['net µ', '1.2', 'weights 0123']], [], []]);
    expect(b!.has('RecommendedDisplayCIELabValue')).toBe(false);
  });

  // LittleCMS 2.19 by way of Pillow 13.0.0, sRGB to LAB, relative colorimetric, 8 bit.
  test.each<[[number, number, number], [number, number, number]]>([
    [
      [213, 94, 0],
      [140, 173, 192],
    ],
    [
      [0, 0, 255],
      [75, 196, 16],
    ],
    [
      [0, 158, 115],
      [147, 83, 140],
    ],
    [
      [255, 255, 255],
      [255, 128, 128],
    ],
    [
      [0, 0, 0],
      [0, 128, 128],
    ],
  ])('is shown in the colour %j', async (color, [lightness, a, b]) => {
    const segment = { label: 'a', volume: mask(oblique, (i) => i === 7), color };
    const bytes = await encodeDicomSegments([segment], { like: oblique });
    const [described] = (await elementsOf(bytes)).items('SegmentSequence');
    const stored = described!.numbers('RecommendedDisplayCIELabValue')!;
    expect(stored).toBeAllclose([257 * lightness, 257 * a, 257 * b], { atol: 257 });
  });

  test('names the frame where a file holds several', async () => {
    const like = await readVolume(fixture('pydicom/rtdose.dcm'));
    const volume = mask(like, (i) => i >= 1400);
    const bytes = await encodeDicomSegments([{ label: 'a', volume }], { like });
    const [frame] = (await elementsOf(bytes)).items('PerFrameFunctionalGroupsSequence');
    const source = frame!.items('DerivationImageSequence')[0]!.items('SourceImageSequence')[0]!;
    expect(source.text('ReferencedSOPInstanceUID')).toBe(headerOf(like).sopInstanceUids[14]);
    expect(source.text('ReferencedFrameNumber')).toBe(String(headerOf(like).frameNumbers[14]));
  });

  test('is the same for the same masks, with other UIDs for others', async () => {
    const encode = (period: number) =>
      encodeDicomSegments([{ label: 'a', volume: mask(oblique, (i) => i % period === 0) }], {
        like: oblique,
      });
    const uids = async (bytes: Uint8Array) => {
      const dataSet = await elementsOf(bytes);
      return (['SOPInstanceUID', 'SeriesInstanceUID'] as const).map(dataSet.text);
    };
    expect(await encode(2)).toEqual(await encode(2));
    const [two, three] = [await uids(await encode(2)), await uids(await encode(3))];
    expect(new Set([...two, ...three]).size).toBe(4);
    for (const uid of [...two, ...three]) expect(uid).toMatch(/^2\.25\.[1-9]\d{1,38}$/);
  });

  test('with a frame of a segment that is not there is damaged', async () => {
    const volume = mask(oblique, (i) => i === 7);
    const bytes = await encodeDicomSegments([{ label: 'a', volume }], { like: oblique });
    // (0062,000B), US, 2 bytes: 1.
    const element = Buffer.from('62000b0055530200', 'hex');
    bytes[Buffer.from(bytes.buffer).indexOf(element) + 8] = 3;
    await expect(readDicomSegments(bytes)).rejects.toThrow(
      /which of the 1 segments it belongs to \(ReferencedSegmentNumber\), got 3; /,
    );
  });

  test('without anything in it holds one empty frame', async () => {
    const volume = mask(oblique, () => false);
    const bytes = await encodeDicomSegments([{ label: 'a', volume }], { like: oblique });
    const [back] = await readDicomSegments(bytes, { like: oblique });
    expect(back!.volume.voxels.data).toEqual(volume.voxels.data);
  });

  test('appears under its name only', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'segments-'));
    const segments = [{ label: 'a', volume: mask(oblique, (i) => i === 7) }];
    await writeDicomSegments(join(folder, 'a.dcm'), segments, { like: oblique });
    expect(await readdir(folder)).toEqual(['a.dcm']);
    expect(await readDicomSegments(join(folder, 'a.dcm'))).toHaveLength(1);
  });
});

describe('what cannot be written is refused, and says why', () => {
  test.each<[string, (volume: Volume<Uint8Array>) => SegmentToWrite[], RegExp]>([
    ['no segment', () => [], /1 to 65535 segments, got 0/],
    ['no label', (volume) => [{ label: '', volume }], /segment 1 must have a label/],
    ['a label of two values', (volume) => [{ label: 'a\\b', volume }], /without \\, got "a/],
    [
      'labels of several kinds',
      (volume) => [
        { label: 'a', volume: mask(volume, () => true) },
        {
          label: 'b',
          volume: likeVolume(volume, ndarray(new Uint8Array(15000).fill(2), [3, 50, 100])),
        },
      ],
      /segment 2 must hold 0 and 1 only, got 2; make one segment of each label/,
    ],
    ['a colour', (volume) => [{ label: 'a', volume, color: [0, 0.5, 0] }], /got \[0, 0.5, 0\]/],
    [
      'a code that is too long',
      (volume) => [
        { label: 'a', volume, region: { value: '1'.repeat(17), scheme: 'SCT', meaning: 'x' } },
      ],
      /segment 1 must have region.value of 1 to 16 characters/,
    ],
    [
      'an algorithm without a version',
      (volume) => [{ label: 'a', volume, algorithm: { name: 'a', version: '' } }],
      /segment 1 must have algorithm.version of 1 to 64 characters/,
    ],
    [
      'another grid',
      (volume) => [{ label: 'a', volume: { ...volume, affine: volume.affine.map((v) => 2 * v) } }],
      /segment 1 must lie where the image lies, .* mm elsewhere/,
    ],
    [
      'another shape',
      () => [{ label: 'a', volume: createVolume(ndarray(new Uint8Array(8), [2, 2, 2])) }],
      /segment 1 must have the shape of the image, \[3, 50, 100\], got \[2, 2, 2\]/,
    ],
  ])('%s', async (_, segments, message) => {
    const encoded = encodeDicomSegments(segments(mask(oblique, () => false)), { like: oblique });
    await expect(encoded).rejects.toThrow(RangeError);
    await expect(encoded).rejects.toThrow(message);
  });

  test('images that are not from DICOM, or without UIDs', async () => {
    const plain = createVolume(ndarray(new Uint8Array(8), [2, 2, 2]));
    await expect(
      encodeDicomSegments([{ label: 'a', volume: plain }], { like: plain }),
    ).rejects.toThrow(/must have been read from DICOM, .* write NIfTI by `writeVolume` instead/);
    const bare = await readDicomSeries([ctSlice()]);
    const volume = mask(bare, () => true);
    await expect(encodeDicomSegments([{ label: 'a', volume }], { like: bare })).rejects.toThrow(
      /must have SOPClassUID, .* but some are missing/,
    );
  });
});
