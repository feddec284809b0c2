import { mkdtemp, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { describe, expect, test } from 'vitest';
import {
  readDicomImage,
  readDicomSegments,
  readDicomSeries,
  readVolume,
  readVolumes,
} from '../src/index.ts';
import { ctSlice, dicomFile, type Elements } from './dicom-files.ts';
import { valuesOf } from './volumes.ts';

const fixture = (path: string) =>
  fileURLToPath(new URL(`./fixtures/conformance/dicom/${path}`, import.meta.url));

// Made with SimpleITK 2.5.7 (ImageSeriesReader, LPS taken to RAS).
const SIMPLE_ITK = {
  affine: [
    -2.385416485, -0.975060084, 0.492014955, -123.0, 0.52018917, -3.080447948, -1.920183434, 432.0,
    0.53776521, -1.345398927, 4.03990286, 30.0, 0.0, 0.0, 0.0, 1.0,
  ],
  samples: [
    [0, 0, 0, -6.34],
    [99, 49, 2, 2.604],
    [13, 7, 1, 1.372],
    [50, 25, 2, 2.2600000000000002],
  ] as const,
};

describe('a series is put in space by position and orientation', () => {
  test('as SimpleITK reads it: an oblique CT', async () => {
    const volume = await readDicomSeries(fixture('rt-utils/oriented_data'));
    expect(volume.voxels.shape).toEqual([3, 50, 100]);
    expect(volume.affine).toBeAllclose(SIMPLE_ITK.affine, { rtol: 1e-6, atol: 1e-5 });
    const values = SIMPLE_ITK.samples.map(([x, y, z]) => volume.voxels.get(z, y, x));
    expect(values).toBeAllclose(
      SIMPLE_ITK.samples.map(([, , , value]) => value),
      { atol: 1e-6 },
    );
  });

  const stack = [2, 0, 1].map((i) =>
    ctSlice({ position: [10, 20, 5 * i], values: new Int16Array(6).fill(100 * i) }),
  );

  test('in whatever order the files come, with rescaled values', async () => {
    for (const files of [stack, [...stack].reverse()]) {
      const { voxels, spacing, affine, header } = await readDicomSeries(files);
      expect([...voxels.data]).toEqual([-1000, -900, -800].flatMap((v) => Array(6).fill(v)));
      expect(voxels.data).toBeInstanceOf(Int32Array);
      expect(spacing).toEqual([5, 0.5, 0.75]);
      expect(affine).toEqual([-0.75, 0, 0, -10, 0, -0.5, 0, -20, 0, 0, 5, 0, 0, 0, 0, 1]);
      expect(header).toMatchObject({ format: 'dicom', modality: 'CT', seriesInstanceUid: '1.2.3' });
    }
  });

  test('from a folder, where other files are passed over', async () => {
    const folder = await mkdtemp(join(tmpdir(), 'series '));
    for (const [i, bytes] of stack.entries()) await writeFile(join(folder, `${i}.dcm`), bytes);
    await writeFile(join(folder, 'notes.txt'), 'no image');
    await writeFile(join(folder, 'report.dcm'), dicomFile({ '00080060': ['CS', 'SR'] }));
    expect((await readDicomSeries(folder)).voxels.shape).toEqual([3, 2, 3]);
  });

  test.each([
    ['ISO_IR 100', 'c4', 'Ä'],
    ['ISO_IR 144', 'bfe0d8d2d5e2', 'Привет'],
    ['ISO_IR 192', '766f696cc3a0', 'voilà'],
    ['GB18030', 'b7ce', '肺'],
    ['\\ISO 2022 IR 87', '1b24423b3345441b2842', '山田'],
  ])('text in %s, as Python encodes it', async (characterSet, hex, text) => {
    const more: Elements = {
      '00080005': ['CS', characterSet],
      '0008103E': ['LO', Buffer.from(hex, 'hex')],
    };
    const { header } = await readVolume(ctSlice({ more }));
    expect(header).toMatchObject({ seriesDescription: text });
  });

  test('a single file is a volume of one slice', async () => {
    const more: Elements = { '00180050': ['DS', 7] };
    const volume = await readVolume(ctSlice({ position: [1, 2, 3], more }));
    expect(volume.voxels.shape).toEqual([1, 2, 3]);
    expect(volume.spacing).toEqual([7, 0.5, 0.75]);
  });
});

describe('what is no regular stack is refused, and says why', () => {
  const at = (z: number, options: Parameters<typeof ctSlice>[0] = {}) =>
    ctSlice({ position: [0, 0, z], ...options });
  test.each<[string, Uint8Array[], RegExp]>([
    [
      'a gap',
      [0, 2, 4, 8, 10].map((z) => at(z)),
      /between 4\.000 mm \(file 2\) and 8\.000 mm .* 1 slices seem to be missing/,
    ],
    [
      'uneven slices',
      [0, 2, 4, 5, 7].map((z) => at(z)),
      /must lie evenly, 2\.000 mm apart, .* not a regular stack/,
    ],
    [
      'duplicates',
      [0, 1, 1, 2].map((z) => at(z)),
      /file 1 and file 2 are both at 1\.000 mm .* duplicates/,
    ],
    [
      'two series',
      [at(0), at(1, { series: '1.2.4' })],
      /must hold one series, got 2: 1\.2\.3 \(CT "", 1 slices\), 1\.2\.4/,
    ],
    [
      'two patients',
      ['7', '8', ''].map((id, z) => at(z, { more: { '00100020': ['LO', id] } })),
      /must be of one patient, but have 2 different values of PatientID/,
    ],
    [
      'two patients without an id',
      ['Doe', 'Roe'].map((name, z) => at(z, { more: { '00100010': ['PN', name] } })),
      /2 different values of PatientName/,
    ],
    [
      'a localizer',
      [at(0), at(1, { orientation: [0, 1, 0, 0, 0, -1] })],
      /file 1 is turned against file 0; .*localizer/,
    ],
    [
      'two sizes',
      [at(0), at(1, { size: [3, 3] })],
      /slices must be of one size, got 2×3 \(file 0\) and 3×3/,
    ],
    [
      'two spacings',
      [at(0), at(1, { more: { '00280030': ['DS', [1, 1]] } })],
      /one PixelSpacing, got 0\.5×0\.75 .* and 1×1/,
    ],
    [
      'a bent stack',
      [at(0), at(1), ctSlice({ position: [1, 0, 2] }), at(3)],
      /must lie on one line, but file 2 is/,
    ],
    [
      'no position',
      [
        dicomFile({
          '00280010': ['US', 1],
          '00280011': ['US', 2],
          '00280100': ['US', 8],
          '7FE00010': ['OB', new Uint8Array(2)],
        }),
        at(1),
      ],
      /must hold one series, got 2/,
    ],
    ['nothing', [Buffer.from('a text')], /must hold DICOM images, got none/],
    ['nothing but an empty file', [new Uint8Array(200)], /file 0: is empty, but may be a slice/],
  ])('%s', async (_, files, message) => {
    await expect(readDicomSeries(files)).rejects.toThrow(message);
  });

  test('a patient whose name is written in two ways is one', async () => {
    const files = ['Doe^Jane', 'DOE^JANE'].map((name, z) =>
      at(z, { more: { '00100010': ['PN', name], '00100020': ['LO', '7'] } }),
    );
    expect((await readDicomSeries(files)).voxels.shape[0]).toBe(2);
  });

  test('one of several series is chosen by its UID', async () => {
    const files = [at(0), at(1, { series: '1.2.4' })];
    const { header } = await readDicomSeries(files, { series: '1.2.4' });
    expect(header).toMatchObject({ seriesInstanceUid: '1.2.4' });
    await expect(readDicomSeries(files, { series: '9' })).rejects.toThrow(/of series 9, got none/);
  });

  test('gantry tilt is an error, or a sheared grid that keeps every place', async () => {
    const files = [0, 1, 2].map((z) => ctSlice({ position: [0, 0.2 * z, z] }));
    await expect(readDicomSeries(files)).rejects.toThrow(
      /leans by 11\.3° \(gantry tilt\); pass `tilt/,
    );
    const { affine } = await readDicomSeries(files, { tilt: true });
    expect(affine).toBeAllclose([-0.75, 0, 0, 0, 0, -0.5, -0.2, 0, 0, 0, 1, 0, 0, 0, 0, 1], {
      atol: 1e-12,
    });
  });

  // PS3.5, 8.1.1: the stored bits are those from HighBit down; what lies beside them is no pixel.
  test.each<[string, number, number, number, number[], number[]]>([
    ['12 bits at the top of 16', 12, 15, 0, [0x1234, 0xfff0, 0x000f], [0x123, 0xfff, 0]],
    ['12 bits at the bottom', 12, 11, 0, [0x1234, 0xf001], [0x234, 1]],
    ['8 bits in the middle', 8, 11, 0, [0xf12f, 0x0ff0], [0x12, 0xff]],
    ['12 signed bits at the top', 12, 15, 1, [0x8000, 0x7ff0, 0xfff5], [-2048, 2047, -1]],
    ['12 signed bits with an overlay above', 12, 11, 1, [0x1800, 0x07ff], [-2048, 2047]],
  ])('%s', async (_, stored, high, signed, words, expected) => {
    const values = Int16Array.from({ length: 6 }, (_, i) => words[i] ?? 0);
    const more: Elements = {
      '00280101': ['US', stored],
      '00280102': ['US', high],
      '00280103': ['US', signed],
    };
    const { voxels } = await readVolume(ctSlice({ values, more }));
    const read = words.map((_, i) => voxels.get(0, Math.floor(i / 3), i % 3) + 1000);
    expect(read).toEqual(expected);
  });

  test.each<[string, Elements, RegExp]>([
    ['a lookup table', { '00283000': ['SQ', [{}]] }, /ModalityLUTSequence/],
    ['palette colours', { '00280004': ['CS', 'PALETTE COLOR'] }, /PALETTE COLOR/],
    ['a mosaic', { '00080008': ['CS', 'ORIGINAL\\PRIMARY\\MOSAIC'] }, /Siemens mosaic/],
    ['rows beyond the pixels', { '00280010': ['US', 9] }, /declare 54 bytes of pixels, got 12/],
    ['frames beyond the pixels', { '00280008': ['IS', 65535] }, /declare 786420 bytes/],
    ['frames beyond memory', { '00280008': ['IS', 2147483647] }, /more than can be held in memory/],
    ['no rows', { '00280010': ['US', 0] }, /Rows must be at least 1, got 0/],
    ['bits', { '00280100': ['US', 12] }, /BitsAllocated must be 1, 8, 16, 32 or 64, got 12/],
    ['stored bits', { '00280101': ['US', 17] }, /BitsStored and HighBit must be within 16 bits/],
    ['position', { '00200032': ['DS', [1, 2]] }, /ImagePositionPatient must be three numbers/],
    ['orientation', { '00200037': ['DS', [1, 0, 0, 1, 0, 0]] }, /two directions at right angles/],
    ['spacing', { '00280030': ['DS', [0, 1]] }, /PixelSpacing must be two positive distances/],
    ['slope', { '00281053': ['DS', 'x'] }, /RescaleSlope must be a number/],
  ])('%s', async (_, more, message) => {
    await expect(readVolume(ctSlice({ more }))).rejects.toThrow(message);
  });

  test('an unknown transfer syntax', async () => {
    const file = dicomFile(
      {
        '00280010': ['US', 1],
        '00280011': ['US', 1],
        '00280100': ['US', 8],
        '7FE00010': ['OB', new Uint8Array(2)],
      },
      '1.2.3.4',
    );
    await expect(readVolume(file)).rejects.toThrow(/fragments|transfer syntax 1\.2\.3\.4/);
  });
});

describe('several frames', () => {
  const frame = (z: number, slope: number): Elements => ({
    '00209113': ['SQ', [{ '00200032': ['DS', [0, 0, z]] }]],
    '00289145': ['SQ', [{ '00281052': ['DS', 0], '00281053': ['DS', slope] }]],
  });
  const shared: Elements = {
    '00209116': ['SQ', [{ '00200037': ['DS', [1, 0, 0, 0, 1, 0]] }]],
    '00289110': ['SQ', [{ '00280030': ['DS', [2, 2]] }]],
  };
  const enhanced = (places: readonly number[]) => {
    const base: Elements = {
      '00080060': ['CS', 'MR'],
      '00280002': ['US', 1],
      '00280004': ['CS', 'MONOCHROME2'],
      '00280008': ['IS', places.length],
      '00280010': ['US', 1],
      '00280011': ['US', 2],
      '00280100': ['US', 16],
      '00280101': ['US', 12],
      '00280102': ['US', 11],
      '00280103': ['US', 0],
      '52009229': ['SQ', [shared]],
      '52009230': ['SQ', places.map((z, i) => frame(z, 0.5 * (i + 1)))],
      '7FE00010': ['OW', Uint16Array.from({ length: 2 * places.length }, (_, i) => i)],
    };
    return dicomFile(base);
  };

  test('each frame has its place and rescale from its functional groups', async () => {
    const volume = await readVolume(enhanced([6, 3, 0]));
    expect(volume.spacing).toEqual([3, 2, 2]);
    expect(valuesOf(volume)).toEqual([4 * 1.5, 5 * 1.5, 2, 3, 0, 0.5]);
    expect(volume.affine[11]).toBe(0);
  });

  test('frames at the same places are volumes of their own', async () => {
    const volumes = await readVolumes(enhanced([0, 1, 0, 1]));
    expect(volumes.map(valuesOf)).toEqual([
      [0, 0.5, 2, 3],
      [6, 7.5, 12, 14],
    ]);
    await expect(readVolumes(enhanced([0, 1, 0]))).rejects.toThrow(/cover space equally often/);
  });

  test('colours are volumes of their own, and one image for readDicomImage', async () => {
    const path = fixture('pydicom/SC_rgb_small_odd.dcm');
    expect(await readVolumes(path)).toHaveLength(3);
    const { pixels, photometricInterpretation } = await readDicomImage(path);
    expect(pixels.shape).toEqual([1, 3, 3, 3]);
    expect(photometricInterpretation).toBe('RGB');
  });
});

describe('JPEG 2000 and JPEG-LS', () => {
  test('are decoded by the installed packages, or by those that are given', async () => {
    const path = fixture('pydicom/MR_small_jp2klossless.dcm');
    const plain = await readVolume(fixture('pydicom/MR_small.dcm'));
    const own = { jpeg2000: () => import('@cornerstonejs/codec-openjpeg/decode' as string) };
    for (const options of [{}, { codecs: own }]) {
      expect(valuesOf(await readVolume(path, options))).toEqual(valuesOf(plain));
    }
    const none = { jpeg2000: () => Promise.reject(new Error('no such module')) };
    await expect(readVolume(path, { codecs: none })).rejects.toThrow(
      /JPEG 2000 needs a decoder, .*`codecs: \{ jpeg2000: \(\) => import\('@cornerstonejs/,
    );
  });
});

describe('segmentations', () => {
  test('are the masks that dcmqi writes as NRRD', async () => {
    const nrrd = await readVolume(fixture('../nrrd/dcmqi/liver_seg.nrrd'));
    for (const options of [{}, { like: nrrd }]) {
      const [liver, ...others] = await readDicomSegments(fixture('dcmqi/liver.dcm'), options);
      expect(others).toHaveLength(0);
      expect(liver).toMatchObject({ number: 1, label: 'Liver', maximum: 1 });
      expect(liver!.volume.affine).toBeAllclose(nrrd.affine, { atol: 1e-5 });
      expect(liver!.volume.voxels.shape).toEqual(nrrd.voxels.shape);
      expect([...liver!.volume.voxels.data]).toEqual([...nrrd.voxels.data]);
    }
  });

  test('may overlap and be fractional', async () => {
    const segments = await readDicomSegments(fixture('highdicom/seg_image_ct_binary_overlap.dcm'));
    expect(segments.map(({ label }) => label)).toEqual(['first segment', 'second segment']);
    expect(segments[0]!.volume.voxels.shape).toEqual(segments[1]!.volume.voxels.shape);
    const [fractional] = await readDicomSegments(
      fixture('highdicom/seg_image_ct_true_fractional.dcm'),
    );
    expect(fractional!.maximum).toBe(255);
    expect(new Set(fractional!.volume.voxels.data).size).toBeGreaterThan(2);
  });

  test('come on the grid of their image, and on no other', async () => {
    const like = await readDicomSeries(fixture('dcmqi/23x38x3/image'));
    const [liver] = await readDicomSegments(fixture('dcmqi/23x38x3/seg/label.seg'), { like });
    expect(liver!.volume.voxels.shape).toEqual(like.voxels.shape);
    expect(liver!.volume.affine).toEqual(like.affine);
    expect(liver!.volume.voxels.data.reduce((a, b) => a + b)).toBe(322);
    const moved = { ...like, affine: like.affine.map((v, i) => (i === 3 ? v + 0.1 : v)) };
    const other = readDicomSegments(fixture('dcmqi/23x38x3/seg/label.seg'), { like: moved });
    await expect(other).rejects.toThrow(
      /frame 0: .*is 0\.14 voxels off it; it is a segmentation of/,
    );
    await expect(
      readDicomSegments(fixture('dcmqi/24x38x3/seg/label.seg'), { like }),
    ).rejects.toThrow(/has 38×24 pixels, not 38×23/);
  });

  test('an image is no segmentation', async () => {
    await expect(readDicomSegments(ctSlice())).rejects.toThrow(/must be a segmentation .* got CT/);
    await expect(readDicomSegments(fixture('highdicom/seg_image_cr_binary.dcm'))).rejects.toThrow(
      /must say where they lie/,
    );
  });
});
