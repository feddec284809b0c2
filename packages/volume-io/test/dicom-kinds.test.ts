import { readdirSync, readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import ndarray from 'ndarray';
import { describe, expect, test } from 'vitest';
import {
  type DicomHeader,
  encodeDicomSegments,
  likeVolume,
  readDicomImage,
  readDicomInfo,
  readDicomSegments,
  readDicomSeries,
  readRtStruct,
  readVolume,
  readVolumes,
  type Volume,
  VolumeFormatError,
} from '../src/index.ts';
import { ctSlice, type Elements } from './dicom-files.ts';
import { valuesOf } from './volumes.ts';

// Made by tools/fixtures/volume-io/generate_dicom.py, which names the oracle of each part.
const fixture = (path: string) =>
  fileURLToPath(new URL(`./fixtures/dicom/${path}`, import.meta.url));

interface Geometry {
  readonly spacing: readonly number[];
  readonly origin: readonly number[];
  /** Of columns, rows and slices in LPS. */
  readonly directions: readonly (readonly number[])[];
}

const expected: {
  readonly geometry: Readonly<Record<string, Geometry>>;
  readonly frames: Readonly<Record<string, readonly (readonly number[])[]>>;
  readonly elements: readonly string[];
  readonly compressed: Readonly<Record<string, readonly number[]>>;
  readonly text: readonly {
    readonly sets: readonly string[];
    readonly vr: string;
    readonly bytes: string;
    readonly text: string;
  }[];
  readonly contours: Readonly<Record<string, string>>;
  readonly segments: { readonly labels: readonly number[] };
  readonly colours: Readonly<Record<string, readonly number[]>>;
} = JSON.parse(readFileSync(fixture('dicom.json'), 'utf8'));

const headerOf = ({ header }: Volume) => header as DicomHeader;
/** Reads, and gives what was warned of. */
async function warned<T>(
  read: (onWarning: (message: string) => void) => Promise<T>,
): Promise<[T, string[]]> {
  const warnings: string[] = [];
  return [await read((message) => warnings.push(message)), warnings];
}

/** An ultrasound region with units of a code. */
const region = (units: number, delta: number): Elements => ({
  '00186024': ['US', units],
  '00186026': ['US', units],
  '0018602C': ['FD', Float64Array.of(delta)],
  '0018602E': ['FD', Float64Array.of(delta)],
});

describe('geometry', () => {
  test.each(Object.entries(expected.geometry))(
    '%s',
    async (name, { spacing, origin, directions }) => {
      const isFile = readdirSync(fixture('geometry')).includes(`${name}.dcm`);
      const volume = isFile
        ? await readVolume(fixture(`geometry/${name}.dcm`))
        : await readDicomSeries(fixture(`geometry/${name}`));
      // Digits of two decimals leave half a degree.
      const angle = /two|unlike/.test(name) ? 1e-2 : 2e-3;
      expect(volume.spacing).toBeAllclose(spacing, {
        rtol: /long|position/.test(name) ? 1e-3 : 1e-5,
      });
      const { affine } = volume;
      const column = (c: number) => [-affine[c]!, -affine[4 + c]!, affine[8 + c]!];
      expect(column(3)).toBeAllclose(origin, { atol: 1e-9 });
      directions.forEach((direction, axis) => {
        const length = [spacing[2]!, spacing[1]!, spacing[0]!][axis]!;
        const own = column(axis).map((part) => part / length);
        expect(own).toBeAllclose(direction, { atol: angle });
      });
      if (!isFile)
        expect(valuesOf(volume).filter((_, i) => i % 20 === 0)).toEqual(
          Array.from({ length: volume.voxels.shape[0]! }, (_, i) => i),
        );
    },
  );

  // A straight grid has no shear: steps at right angles, whatever was rounded.
  test.each([
    'two_decimals',
    'two_decimals_worst',
    'two_decimals_long',
    'three_decimals',
    'unlike_decimals',
  ])('%s is brought to right angles', async (name) => {
    const { affine } = await readDicomSeries(fixture(`geometry/${name}`));
    const step = (c: number) => [affine[c]!, affine[4 + c]!, affine[8 + c]!];
    const dot = (a: number[], b: number[]) => a.reduce((sum, v, i) => sum + v * b[i]!, 0);
    for (const [a, b] of [
      [0, 1],
      [1, 2],
      [0, 2],
    ] as const) {
      expect(Math.abs(dot(step(a), step(b)))).toBeLessThan(1e-12);
    }
  });

  test.each(['gantry_tilt', 'gantry_tilt_two_decimals'])(
    '%s is an error, or a sheared grid that keeps every place',
    async (name) => {
      const path = fixture(`geometry/${name}`);
      await expect(readDicomSeries(path)).rejects.toThrow(/leans by 8\.\d° \(gantry tilt\)/);
      const { affine, spacing } = await readDicomSeries(path, { tilt: true });
      expect(spacing[0]).toBeCloseTo(2 / Math.cos((8 * Math.PI) / 180), 4);
      expect([-affine[3]!, -affine[7]!, affine[11]!]).toBeAllclose([10, 20, 30], { atol: 1e-9 });
    },
  );

  test.each<[string, readonly Elements[]]>([
    ['in seconds', [region(4, 0.03)]],
    ['of unlike scales', [region(3, 0.03), region(3, 0.05)]],
  ])('ultrasound regions %s say nothing of the image', async (_, regions) => {
    const more: Elements = { '00280030': ['DS', ''], '00186011': ['SQ', regions] };
    expect(headerOf(await readVolume(ctSlice({ more }))).spacingFrom.pixels).toBe('unknown');
  });

  test('a dose in z coordinates whose slices count downwards means nothing', async () => {
    // PS3.3, C.8.8.3.2: they are defined for one orientation only.
    await expect(readVolume(fixture('geometry/dose_absolute_feet_first.dcm'))).rejects.toThrow(
      /GridFrameOffsetVector must begin with 0, or .* count upwards, got \[-40, -37\.5, -35\]/,
    );
  });

  test.each([
    ['us_spacing_without_position', 'PixelSpacing', undefined],
    ['cr_imager_spacing', 'ImagerPixelSpacing', /spacing at the detector only/],
    ['sc_nominal_spacing', 'NominalScannedPixelSpacing', undefined],
    ['us_regions', 'SequenceOfUltrasoundRegions', undefined],
    ['no_spacing', 'unknown', /does not say how far its pixels are apart/],
  ])('%s says where its spacing comes from', async (name, pixels, warning) => {
    const [volume, warnings] = await warned((onWarning) =>
      readVolume(fixture(`geometry/${name}.dcm`), { onWarning }),
    );
    expect(headerOf(volume)).toMatchObject({
      spacingFrom: { pixels, slices: 'unknown' },
      isPlaced: false,
    });
    expect(warnings).toHaveLength(warning === undefined ? 0 : 1);
    if (warning !== undefined) expect(warnings[0]).toMatch(warning);
  });

  test('PixelSpacing, which corrects it, goes before that at the detector (PS3.3, 10.7.1.3)', async () => {
    const more: Elements = { '00181164': ['DS', [9, 9]] };
    const volume = await readVolume(ctSlice({ more }));
    expect(volume.spacing.slice(1)).toEqual([0.5, 0.75]);
    expect(headerOf(volume)).toMatchObject({
      spacingFrom: { pixels: 'PixelSpacing', slices: 'unknown' },
      isPlaced: true,
    });
    const series = await readDicomSeries(
      [0, 3].map((z) => ctSlice({ position: [0, 0, z], series: '1.2' })),
    );
    expect(headerOf(series).spacingFrom.slices).toBe('ImagePositionPatient');
  });
});

describe('frames go by what is said of them, not by their order in the file', () => {
  test.each(Object.entries(expected.frames))('%s', async (name, sets) => {
    const [volumes, warnings] = await warned((onWarning) =>
      readVolumes(fixture(`geometry/${name}.dcm`), { onWarning }),
    );
    expect(
      volumes.map(({ voxels }) =>
        Array.from({ length: voxels.shape[0]! }, (_, z) => voxels.get(z, 0, 0)),
      ),
    ).toEqual(sets);
    expect(warnings).toEqual([]);
  });
});

// As FrameReferenceDateTime, or FrameAcquisitionDateTime (PS3.3, C.7.6.16.2.2).
test.each(['00189151', '00189074'])('frames go by their time of day: %s', async (tag) => {
  const times = ['20200101120001.25+0100', '20200101120001.5+0100'];
  const more = (i: number): Elements => ({ [tag]: ['DT', times[1 - i]] });
  const [volumes, warnings] = await warned((onWarning) =>
    readVolumes(bytesWithFrames(more), { onWarning }),
  );
  // Stored 1, 3 and 0, 2; the intercept is −1000.
  expect(volumes.map(({ voxels }) => [voxels.get(0, 0, 0), voxels.get(1, 0, 0)])).toEqual([
    [-999, -997],
    [-1000, -998],
  ]);
  expect(warnings).toEqual([]);
});

describe('what is odd about a file is said, and what is damaged refused', () => {
  const bytes = readFileSync(fixture('elements/private_20_kilobytes.dcm'));

  test('what follows the pixels is not needed', async () => {
    const longer = Buffer.concat([bytes, Buffer.from('FILM made by a tape')]);
    const [volume, warnings] = await warned((onWarning) => readVolume(longer, { onWarning }));
    expect(volume.voxels.shape).toEqual([1, 4, 5]);
    expect(warnings).toEqual([expect.stringMatching(/what follows the pixels is damaged and was/)]);
    // Zeros, at least those of a tag, are no damage; half a tag may be cut off.
    const zeros = (count: number) => Buffer.concat([bytes, Buffer.alloc(count)]);
    expect((await warned((onWarning) => readVolume(zeros(2), { onWarning })))[1]).toEqual([]);
    expect((await warned((onWarning) => readVolume(zeros(1), { onWarning })))[1]).toHaveLength(1);
  });

  test('compressed pixels without an end', async () => {
    const compressed = readFileSync(fixture('elements/fragments_with_offsets.dcm'));
    const [image, warnings] = await warned((onWarning) =>
      readDicomImage(compressed.subarray(0, -8), { onWarning }),
    );
    expect(image.pixels.shape[0]).toBe(3);
    expect(warnings).toEqual([expect.stringMatching(/compressed pixels are not ended/)]);
  });

  test('sequences without a bottom', async () => {
    const item = Buffer.from(
      '08001511535100 00ffffffff feff00e0ffffffff'.replaceAll(' ', ''),
      'hex',
    );
    const deep = Buffer.concat([bytes.subarray(0, 500), ...Array<Buffer>(50_000).fill(item)]);
    await expect(readVolume(deep)).rejects.toThrow(VolumeFormatError);
    const start = bytes.indexOf(Buffer.from('09001000', 'hex'));
    const nested = [bytes.subarray(0, start), ...Array<Buffer>(50_000).fill(item)];
    await expect(readVolume(Buffer.concat(nested))).rejects.toThrow(/its sequences are too deep/);
  });

  test('frames that nothing tells apart', async () => {
    const alike = bytesWithFrames();
    const [volumes, warnings] = await warned((onWarning) => readVolumes(alike, { onWarning }));
    expect(volumes).toHaveLength(2);
    expect(warnings).toContainEqual(
      expect.stringMatching(/nothing tells the 2 frames at one place apart, so their order/),
    );
  });

  // PS3.5, 6.2.2: what is of unknown representation is in Implicit VR Little Endian, whatever the rest is in.
  test.each([
    ['of undefined length', 'ffffffff', 'feffdde000000000'],
    ['of known length', '00000018', ''],
  ])('a sequence of unknown representation %s in a big-endian file', async (_, length, end) => {
    const big = readFileSync(fixture('elements/big_endian.dcm'));
    const at = big.indexOf(Buffer.from('00100010504e', 'hex'));
    // ReferencedSeriesSequence of one item with SeriesInstanceUID 9.9.9.
    const uid = '20000e0008000000392e392e39000000';
    const sequence = Buffer.from(`00081115554e0000${length}feff00e010000000${uid}${end}`, 'hex');
    const changed = Buffer.concat([big.subarray(0, at), sequence, big.subarray(at)]);
    expect(await readDicomInfo(changed)).toMatchObject({
      seriesInstanceUid: '1.2.3.1',
      referencedSeries: ['9.9.9'],
      damage: undefined,
    });
  });
});

/**
 * Two frames at each of two places, which hold 0 to 3; only those at the second say which time they
 * are of, unless `content` says it of both.
 */
function bytesWithFrames(content?: (i: number) => Elements): Uint8Array {
  const frame = (z: number, i: number): Elements => ({
    '00209111': ['SQ', [content?.(i % 2) ?? (z === 0 ? {} : { '00209128': ['UL', i] })]],
    '00209113': ['SQ', [{ '00200032': ['DS', [0, 0, z]] }]],
  });
  return ctSlice({
    values: Int16Array.from({ length: 24 }, (_, i) => Math.floor(i / 6)),
    more: { '00280008': ['IS', 4], '52009230': ['SQ', [0, 0, 1, 1].map(frame)] },
  });
}

describe('the same pixels in whatever encoding', () => {
  test.each(expected.elements)('%s', async (name) => {
    const [first] = expected.elements;
    const path = fixture(`elements/${name}.dcm`);
    const [volume, warnings] = await warned((onWarning) => readVolume(path, { onWarning }));
    expect(valuesOf(volume)).toEqual(valuesOf(await readVolume(fixture(`elements/${first}.dcm`))));
    expect(volume.affine).toEqual([-0.75, 0, 0, -1, 0, -0.5, 0, -2, 0, 0, 2, 3, 0, 0, 0, 1]);
    expect(headerOf(volume).seriesInstanceUid).toBe('1.2.3.1');
    expect(warnings).toEqual([]);
    const info = await readDicomInfo(path);
    expect(info).toMatchObject({ seriesInstanceUid: '1.2.3.1', modality: 'CT', hasPixels: true });
    expect(info!.damage).toBeUndefined();
  });

  test.each(Object.entries(expected.compressed))('%s', async (name, values) => {
    const { pixels } = await readDicomImage(fixture(`elements/${name}.dcm`));
    const off = [...pixels.data].map((value, i) => Math.abs(value - values[i]!));
    // Decoders of JPEG round by themselves.
    expect(Math.max(...off)).toBeLessThanOrEqual(
      /offsets$/.test(name) && name !== 'extended_offsets' ? 1 : 0,
    );
  });

  test('a file that states another syntax than it has is read as it is, and says so', async () => {
    const bytes = new Uint8Array(readFileSync(fixture('elements/trailing_zeros.dcm')));
    const at = Buffer.from(bytes.buffer).indexOf('1.2.840.10008.1.2.1\0');
    bytes.set(Buffer.from('1.2.840.10008.1.2\0\0\0'), at);
    const [volume, warnings] = await warned((onWarning) => readVolume(bytes, { onWarning }));
    expect(volume.voxels.shape).toEqual([1, 4, 5]);
    expect(warnings).toEqual([
      expect.stringMatching(/states transfer syntax 1\.2\.840\.10008\.1\.2, but its elements say/),
    ]);
  });

  test.each([
    ['1.2.840.10008.1.2.4.201', /High-Throughput JPEG 2000\) is not supported; decompress it/],
    ['1.2.840.10008.1.2.4.102', /a video\) is not supported; take its frames out, .* ffmpeg/],
    [
      '1.2.840.113619.5.2',
      /1\.2\.840\.113619\.5\.2 is not supported; convert it, .*gdcmconv or dcmdjpeg/,
    ],
  ])('transfer syntax %s is named, with a tool that reads it', async (syntax, message) => {
    const bytes = Buffer.from(ctSlice());
    const at = bytes.indexOf('1.2.840.10008.1.2.1\0');
    const uid = Buffer.from(syntax.length % 2 === 0 ? syntax : `${syntax}\0`);
    const changed = Buffer.concat([bytes.subarray(0, at), uid, bytes.subarray(at + 20)]);
    changed.writeUInt16LE(uid.length, at - 2);
    await expect(readDicomImage(changed)).rejects.toThrow(message);
  });
});

describe('text in the character sets of DICOM', () => {
  test.each(expected.text)('$sets: $text', async ({ sets, vr, bytes, text }) => {
    const tag = vr === 'PN' ? '00100010' : '0008103E';
    const more: Elements = {
      '00080005': ['CS', sets],
      [tag]: [vr, Buffer.from(bytes, 'hex')],
      '00080016': ['UI', '1.2.840.10008.5.1.4.1.1.2'],
      '00080018': ['UI', '1.2.7'],
      '0020000D': ['UI', '1.2.9'],
    };
    const volume = await readVolume(ctSlice({ more }));
    const { patient, seriesDescription } = headerOf(volume);
    expect(vr === 'PN' ? patient.name : seriesDescription).toBe(text);
    // What is written is in UTF-8 and has no escapes.
    const ones = ndarray(new Uint8Array(volume.voxels.size).fill(1), volume.voxels.shape);
    const segment = { label: text, volume: likeVolume(volume, ones) };
    const written = await encodeDicomSegments([segment], { like: volume });
    expect(written.includes(0x1b)).toBe(false);
    const [back] = await readDicomSegments(written);
    expect(back!.label).toBe(text);
    if (vr === 'PN') {
      expect((await readDicomInfo(written))!.patient.name).toBe(text);
    }
  });

  test('an escape that nobody knows is left out', async () => {
    const more: Elements = { '0008103E': ['LO', Buffer.from('ab\x1b$(Zcd', 'latin1')] };
    expect(headerOf(await readVolume(ctSlice({ more }))).seriesDescription).toBe('abcd');
  });
});

describe('contours', () => {
  const like = () => readDicomSeries(fixture('contours/ct'));

  test.each(Object.entries(expected.contours))('%s', async (name, bits) => {
    const [[roi], warnings] = await warned(async (onWarning) =>
      readRtStruct(fixture('contours/regions.dcm'), {
        like: await like(),
        rois: [name],
        onWarning,
      }),
    );
    const packed = Buffer.from(bits, 'hex');
    const { data } = roi!.volume.voxels;
    const wrong = data.reduce(
      (sum, value, i) => sum + Number(value !== ((packed[i >> 3]! >> (7 - (i & 7))) & 1)),
      0,
    );
    expect(wrong).toBe(0);
    expect(warnings).toEqual([]);
  });

  test('what lies beyond the image is left out or clipped, counted and said', async () => {
    const [rois, warnings] = await warned(async (onWarning) =>
      readRtStruct(fixture('contours/beyond.dcm'), { like: await like(), onWarning }),
    );
    const summary = rois.map(({ name, contoursLeftOut, contoursClipped, volume }) => [
      name,
      contoursLeftOut,
      contoursClipped,
      volume.voxels.data.reduce((sum, value) => sum + value, 0),
    ]);
    // Boxes of 9 × 9 pixels; 4 of 8 slices, in full.
    expect(summary).toEqual([
      ['GTV', 0, 0, 2 * 81],
      ['BODY', 4, 4, 4 * 24 * 30],
      ['stray', 1, 0, 81],
      ['elsewhere', 1, 0, 0],
      ['other frame', 1, 0, 0],
    ]);
    const said = (text: string) => expect.stringContaining(text);
    expect(warnings).toEqual([
      said('contours of ROI 77, which it does not list, were passed over'),
      said('ROI 2 "BODY" has 4 of 8 closed contours beyond the image\'s slices'),
      said('ROI 2 "BODY" has 4 of 8 closed contours that reach beyond the edges'),
      said('ROI 3 "stray" has 1 of 2 closed contours beyond'),
      said('ROI 4 "elsewhere" has 1 of 1 closed contours beyond'),
      said('ROI 5 "other frame" must lie in the image\'s frame of reference 1.2.3.3, got 9.9'),
    ]);
  });

  test('regions that have no place in the image at all are an error, alone or together', async () => {
    const read = async (names: readonly string[]) =>
      readRtStruct(fixture('contours/beyond.dcm'), {
        like: await like(),
        rois: ({ name }) => names.includes(name),
      });
    await expect(read(['elsewhere'])).rejects.toThrow(
      /all 1 closed contours are up to 394\.000 mm/,
    );
    await expect(read(['other frame', 'elsewhere'])).rejects.toThrow(/"elsewhere" must lie within/);
    expect((await read(['elsewhere', 'GTV'])).map(({ number }) => number)).toEqual([1, 4]);
    expect(await read([])).toEqual([]);
  });

  test('a sequence that every structure set has is not taken for empty', async () => {
    const bytes = readFileSync(fixture('contours/beyond.dcm'));
    const upTo = (tag: string) => bytes.subarray(0, bytes.indexOf(Buffer.from(tag, 'hex')));
    const image = await like();
    // Cut off before StructureSetROISequence, ROIContourSequence, RTROIObservationsSequence.
    for (const [tag, name] of [
      ['06302000', 'StructureSetROISequence'],
      ['06303900', 'ROIContourSequence'],
      ['06308000', 'RTROIObservationsSequence'],
    ] as const) {
      await expect(readRtStruct(upTo(tag), { like: image })).rejects.toThrow(
        new RegExp(`must hold ${name}, .* got none; the file is cut off`),
      );
    }
  });
});

describe('segmentations', () => {
  const labels = expected.segments.labels;
  const sum = (data: Uint8Array) => data.reduce((total, value) => total + value, 0);

  test.each([
    ['label_map', [1, 2], ['lesion', 'edema']],
    ['label_map_palette', [1, 2], ['lesion', 'edema']],
    ['label_map_16_bit', [1, 300], ['s1', 's300']],
  ])('%s', async (name, numbers, names) => {
    const like = await readDicomSeries(fixture('contours/ct'));
    const path = fixture(`segments/${name}.dcm`);
    const segments = await readDicomSegments(path, { like });
    expect(segments.map(({ number, label }) => [number, label])).toEqual(
      numbers.map((number, i) => [number, names[i]]),
    );
    segments.forEach(({ volume, maximum }, i) => {
      expect(maximum).toBe(1);
      expect([...volume.voxels.data]).toEqual(labels.map((label) => Number(label === i + 1)));
    });
    // Without the image, on the slices between its first and last frame.
    for (const [i, { volume }] of (await readDicomSegments(path)).entries()) {
      expect(volume.spacing).toEqual([2, 0.5, 0.75]);
      expect(volume.voxels.shape).toEqual([3, 24, 30]);
      expect(sum(volume.voxels.data)).toBe(labels.filter((label) => label === i + 1).length);
    }
  });

  test('frames that are few have the spacing that the file states', async () => {
    const [segment] = await readDicomSegments(fixture('segments/sparse.dcm'));
    expect(segment!.volume.spacing).toEqual([2, 0.5, 0.75]);
    const { shape, data } = segment!.volume.voxels;
    expect(shape).toEqual([3, 24, 30]);
    expect([...data]).toEqual(labels.slice(0, 3 * 24 * 30).map((label) => Number(label === 1)));
  });

  test('or lie as near as they do, where that does not fit', async () => {
    const bytes = readFileSync(fixture('segments/sparse.dcm'));
    // (0018,0088), DS, 2 bytes.
    const at = bytes.indexOf(Buffer.from('180088004453', 'hex'));
    bytes.write('3', bytes.indexOf('2', at + 8));
    const [segment] = await readDicomSegments(bytes);
    expect(segment!.volume.spacing[0]).toBe(4);
    expect(segment!.volume.voxels.shape).toEqual([2, 24, 30]);
  });

  test('without the list of segments are damaged, also if nothing was drawn', async () => {
    const bytes = readFileSync(fixture('segments/label_map.dcm'));
    bytes.fill(0, bytes.length - 2 * 24 * 30);
    expect(await readDicomSegments(bytes)).toHaveLength(2);
    // (0062,0002) becomes an element that nobody asks for.
    bytes[bytes.indexOf(Buffer.from('620002005351', 'hex')) + 2] = 0x99;
    await expect(readDicomSegments(bytes)).rejects.toThrow(/must hold SegmentSequence/);
  });

  test('a number that is no segment is damage', async () => {
    const bytes = readFileSync(fixture('segments/label_map.dcm'));
    bytes[bytes.length - 1] = 7;
    await expect(readDicomSegments(bytes)).rejects.toThrow(
      /must hold numbers of its 2 segments, got 7/,
    );
  });
});

describe('colours and greys', () => {
  test.each(Object.entries(expected.colours))('%s', async (name, values) => {
    const { pixels, photometricInterpretation } = await readDicomImage(
      fixture(`colours/${name}.dcm`),
    );
    expect(photometricInterpretation).toBe('RGB');
    const found: number[] = [];
    for (let row = 0; row < 24; row += 5) {
      for (let column = 0; column < 32; column += 7) {
        for (let sample = 0; sample < 3; sample++) found.push(pixels.get(0, row, column, sample));
      }
    }
    const off = found.map((value, i) => Math.abs(value - values[i]!));
    expect(Math.max(...off)).toBeLessThanOrEqual(2);
  });

  test('MONOCHROME1 is handed out as stored, and says so', async () => {
    const [volume, warnings] = await warned((onWarning) =>
      readVolume(fixture('colours/monochrome1.dcm'), { onWarning }),
    );
    expect(headerOf(volume).photometricInterpretation).toBe('MONOCHROME1');
    expect(new Set(volume.voxels.data)).toEqual(new Set([7]));
    expect(warnings).toEqual([expect.stringMatching(/MONOCHROME1\) and were not inverted/)]);
  });
});
