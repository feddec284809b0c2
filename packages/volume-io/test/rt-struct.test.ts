import { readFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { beforeAll, describe, expect, test } from 'vitest';
import { readDicomSeries, readRtStruct, type Volume, VolumeFormatError } from '../src/index.ts';
import { ctSlice, dicomFile, type Elements } from './dicom-files.ts';

const fixture = (path: string) => fileURLToPath(new URL(`./fixtures/${path}`, import.meta.url));
/** Masks by the name of the ROI, a bit for each voxel. */
const expected: Readonly<Record<string, string>> = JSON.parse(
  readFileSync(fixture('rt/rt.json'), 'utf8'),
);

let oblique: Volume;
/** The same with pixels of 2.5 mm × 2.5 mm, not 3.5 mm × 2.5 mm: see the generator. */
let square: Volume;
beforeAll(async () => {
  oblique = await readDicomSeries(fixture('conformance/dicom/rt-utils/oriented_data'));
  const affine = oblique.affine.map((value, i) => (i % 4 === 1 ? (value * 2.5) / 3.5 : value));
  square = { ...oblique, affine, spacing: [oblique.spacing[0], 2.5, 2.5] };
});

function bitsOf({ voxels }: Volume): string {
  const bits = Buffer.alloc(Math.ceil(voxels.size / 8));
  voxels.data.forEach((value, i) => {
    bits[i >> 3]! |= value << (7 - (i & 7));
  });
  return bits.toString('base64');
}

describe('contours on an oblique image', () => {
  test.each(['masks.dcm', 'polygons.dcm'])(
    'are the masks of rt-utils and scikit-image: %s',
    async (file) => {
      const like = file === 'masks.dcm' ? square : oblique;
      const rois = await readRtStruct(fixture(`rt/${file}`), { like });
      expect(rois.length).toBeGreaterThanOrEqual(4);
      for (const { name, volume } of rois) {
        expect(volume.affine).toBe(like.affine);
        expect(volume.voxels.shape).toEqual([3, 50, 100]);
        expect([name, bitsOf(volume)]).toEqual([name, expected[name]]);
      }
    },
  );

  test('with what the file says about each region, of chosen ones', async () => {
    const rois = await readRtStruct(readFileSync(fixture('rt/masks.dcm')), {
      like: square,
      rois: ['tiny', 2],
    });
    expect(rois.map(({ volume, ...roi }) => roi)).toEqual([
      {
        number: 2,
        name: 'rings',
        interpretedType: '',
        color: [5, 128, 255],
        contours: { CLOSED_PLANAR: 10 },
        contoursLeftOut: 0,
        contoursClipped: 0,
      },
      {
        number: 3,
        name: 'tiny',
        interpretedType: '',
        color: [4, 128, 255],
        contours: { CLOSED_PLANAR: 7 },
        contoursLeftOut: 0,
        contoursClipped: 0,
      },
    ]);
    await expect(
      readRtStruct(fixture('rt/masks.dcm'), { like: square, rois: ['Tiny'] }),
    ).rejects.toThrow(/must be names or numbers of its ROIs \(1 "blobs", 2 "rings", .*got "Tiny"/);
  });
});

/** Three slices of 4 rows and 5 columns at z = 0, 2, 4; pixels are 1 mm wide. */
const like = async (more: Elements = {}) =>
  readDicomSeries(
    [0, 2, 4].map((z) =>
      ctSlice({ position: [0, 0, z], size: [4, 5], more: { '00280030': ['DS', [1, 1]], ...more } }),
    ),
  );

const contour = (data: unknown, more: Elements = {}): Elements => ({
  '30060042': ['CS', 'CLOSED_PLANAR'],
  '30060050': ['DS', data],
  ...more,
});
const structureSet = (contours: readonly Elements[], roi: Elements = {}) =>
  dicomFile({
    '00080060': ['CS', 'RTSTRUCT'],
    '30060020': ['SQ', [{ '30060022': ['IS', 7], '30060026': ['LO', 'GTV 1'], ...roi }]],
    '30060039': [
      'SQ',
      [{ '3006002A': ['IS', [255, 0, 9]], '30060040': ['SQ', contours], '30060084': ['IS', 7] }],
    ],
    '30060080': ['SQ', [{ '30060084': ['IS', 7], '300600A4': ['CS', 'GTV'] }]],
  });
const box = (z: number, [x0, y0, x1, y1] = [0.5, 0.5, 3.5, 2.5]) =>
  [x0, y0, z, x1, y0, z, x1, y1, z, x0, y1, z] as const;

describe('the rules, on a small grid', () => {
  const sumsOf = async (contours: readonly Elements[]) => {
    const [roi] = await readRtStruct(structureSet(contours), { like: await like() });
    const { data } = roi!.volume.voxels;
    return [0, 1, 2].map((z) => data.slice(20 * z, 20 * z + 20).reduce((a, b) => a + b));
  };

  test('a contour goes to the nearest slice, at most half a slice away', async () => {
    expect(await sumsOf([contour(box(0)), contour(box(2.9)), contour(box(5))])).toEqual([6, 6, 6]);
  });

  test('contours of one plane cut holes, those of two planes of a slice are united', async () => {
    const inner: [number, number, number, number] = [1.5, 0.5, 3.5, 2.5];
    expect(await sumsOf([contour(box(0)), contour(box(0, inner))])).toEqual([2, 0, 0]);
    expect(await sumsOf([contour(box(0)), contour(box(0.5, inner))])).toEqual([6, 0, 0]);
  });

  test('what is on a contour is inside, and what is beyond the image is cut off', async () => {
    expect(await sumsOf([contour(box(0, [1, 1, 3, 2]))])).toEqual([6, 0, 0]);
    expect(await sumsOf([contour([2, 2, 0])])).toEqual([1, 0, 0]);
    expect(await sumsOf([contour(box(0, [-900, -900, 900, 900]))])).toEqual([20, 0, 0]);
    expect(await sumsOf([contour(box(0, [50, 50, 60, 60]))])).toEqual([0, 0, 0]);
  });

  test('a pixel outside whose corners all lie on a contour is no hole in it', async () => {
    // Along the edges of pixels: a C, and the pixel in its opening.
    const cup = [0.5, 0.5, 1.5, 0.5, 1.5, 1.5, 0.5, 1.5, 0.5, 2.5, 1.5, 2.5, 1.5, 3.5, -0.5, 3.5];
    const outline = [...cup, -0.5, -0.5, 0.5, -0.5].flatMap((at, i) => (i % 2 ? [at, 0] : [at]));
    expect(await sumsOf([contour(outline)])).toEqual([6, 0, 0]);
    const pixel = contour(box(0, [0.5, 1.5, 1.5, 2.5]));
    expect(await sumsOf([contour(outline), pixel])).toEqual([7, 0, 0]);
  });

  test('points and open contours are counted but have no area', async () => {
    const types = ['POINT', 'OPEN_PLANAR', 'OPEN_NONPLANAR', 'OPEN_PLANAR', 'CLOSEDPLANAR_XOR'];
    const contours = types.map((type) => contour(box(0), { '30060042': ['CS', type] }));
    const [roi] = await readRtStruct(structureSet(contours), { like: await like() });
    const { volume, ...rest } = roi!;
    expect(rest).toEqual({
      number: 7,
      name: 'GTV 1',
      interpretedType: 'GTV',
      color: [255, 0, 9],
      contours: { POINT: 1, OPEN_PLANAR: 2, OPEN_NONPLANAR: 1, CLOSEDPLANAR_XOR: 1 },
      contoursLeftOut: 0,
      contoursClipped: 0,
    });
    expect(volume.voxels.data.reduce((a, b) => a + b)).toBe(6);
  });
});

describe('what belongs to another image or is damaged is refused, and says why', () => {
  test.each<[string, unknown, RegExp]>([
    [
      'between no slices',
      box(5.1),
      /ROI 7 "GTV 1" must lie within half a slice \(1\.000 mm\) .*up to 1\.100 mm/,
    ],
    ['across the slices', [0, 0, 0, 1, 0, 2, 1, 1, 4], /up to 2\.000 mm from one/],
    ['NaN', [0, 'NaN', 0], /coordinates in mm, at most 1000000, got NaN/],
    ['too large a number', [0, 0, 0, '1e400', 0, 0], /got Infinity/],
    ['a large number', [0, 0, 0, '-1e300', 0, 0], /got -1e\+300/],
    ['two coordinates', [0, 0], /three numbers for each of .* got 2 numbers/],
    ['none', '', /got 0 numbers/],
  ])('%s', async (_, data, message) => {
    const read = readRtStruct(structureSet([contour(data)]), { like: await like() });
    await expect(read).rejects.toThrow(VolumeFormatError);
    await expect(read).rejects.toThrow(message);
  });

  test('points that are not all there, and unknown types', async () => {
    const short = contour(box(0), { '30060046': ['IS', 5] });
    const odd = contour(box(0), { '30060042': ['CS', 'SPLINE'] });
    const grid = await like();
    await expect(readRtStruct(structureSet([short]), { like: grid })).rejects.toThrow(
      /three numbers for each of 5 points, got 12 numbers/,
    );
    await expect(readRtStruct(structureSet([odd]), { like: grid })).rejects.toThrow(
      /ContourGeometricType must be one of CLOSED_PLANAR, .* got 'SPLINE'/,
    );
  });

  test('another frame of reference, unless a contour names a slice of the image', async () => {
    const grid = await like({ '00200052': ['UI', '1.2.3'], '00080018': ['UI', '9.8.7'] });
    const other = { '30060024': ['UI', '4.5.6'] } as const;
    await expect(
      readRtStruct(structureSet([contour(box(0))], other), { like: grid }),
    ).rejects.toThrow(/ROI 7 "GTV 1" must lie in .* reference 1\.2\.3, got 4\.5\.6/);
    const named = { '30060016': ['SQ', [{ '00081155': ['UI', '9.8.7'] }]] } as const;
    const own = structureSet([contour(box(0), named)], other);
    expect(await readRtStruct(own, { like: grid })).toHaveLength(1);
  });

  test('contours of no ROI, and ROIs without a number of their own', async () => {
    const grid = await like();
    const contours = [contour(box(0))];
    await expect(
      readRtStruct(structureSet(contours, { '30060022': ['IS', 8] }), { like: grid }),
    ).rejects.toThrow(/ReferencedROINumber must be the number of an ROI, got 7/);
    await expect(
      readRtStruct(structureSet(contours, { '30060022': ['IS', ''] }), { like: grid }),
    ).rejects.toThrow(/ROINumber must be a whole number, another for each ROI, got NaN/);
  });

  test('an image', async () => {
    await expect(readRtStruct(ctSlice(), { like: await like() })).rejects.toThrow(
      /must be an RT Structure Set \(Modality RTSTRUCT\), got CT/,
    );
  });
});
