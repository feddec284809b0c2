import { execFile } from 'node:child_process';
import { mkdtemp, rm, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import { build, type Metafile } from 'esbuild';
import { afterAll, beforeAll, describe, expect, test } from 'vitest';

let folder: string;
let metafile: Metafile;
beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), 'volume-io-'));
  ({ metafile } = await build({
    entryPoints: [fileURLToPath(new URL('../src/index.ts', import.meta.url))],
    bundle: true,
    splitting: true,
    outdir: folder,
    outExtension: { '.js': '.mjs' },
    metafile: true,
    format: 'esm',
    platform: 'browser',
    logLevel: 'silent',
  }));
});
afterAll(() => rm(folder, { recursive: true, force: true }));

describe('a bundle for browsers', () => {
  test('needs no module from outside', () => {
    const imports = Object.values(metafile.outputs).flatMap((output) => output.imports);
    expect(imports.filter(({ external }) => external)).toEqual([]);
  });

  test('loads parsers and decoders only when a file needs them', () => {
    const { outputs } = metafile;
    const loaded = new Set<string>();
    const load = (path: string) => {
      if (loaded.has(path)) return;
      loaded.add(path);
      for (const { path: next, kind } of outputs[path]!.imports) {
        if (kind === 'import-statement') load(next);
      }
    };
    load(Object.keys(outputs).find((path) => path.endsWith('index.mjs'))!);
    const sources = (paths: Iterable<string>) =>
      [...paths].flatMap((path) => Object.keys(outputs[path]!.inputs));
    const late =
      /parse-xml|pako|\/tiff\/|\/fax\/|\/jpeg\/|formats\/(nifti|nrrd|metaimage|lidc|dicom)\/|images\/(de|en)code-(png|tiff|jpeg)/;
    expect(sources(loaded).filter((path) => late.test(path))).toEqual([]);
    // They are there, and would be found.
    const all = sources(Object.keys(outputs)).filter((path) => late.test(path));
    for (const part of [
      'element-reader',
      'parse-xml',
      '/tiff/',
      '/fax/',
      'pako',
      '/jpeg/',
      'parse-nifti',
      'encode-png',
    ])
      expect(all.some((path) => path.includes(part))).toBe(true);
  });

  test('reads, slices and writes where there is nothing of Node', async () => {
    const fixtures = fileURLToPath(new URL('./fixtures/conformance/', import.meta.url));
    await writeFile(join(folder, 'run.mjs'), program(fixtures));
    const { stdout } = await promisify(execFile)(process.execPath, [join(folder, 'run.mjs')]);
    expect(JSON.parse(stdout)).toEqual({
      globals: ['undefined', 'undefined', 'undefined', 'undefined'],
      shapes: {
        'nifti/sct/t2s_gmseg_manual.nii.gz': [9, 54, 49],
        'nrrd/pynrrd/BallBinary30x30x30_bz2.nrrd': [30, 30, 30],
        'metaimage/LesionSizingToolkit/SphereLesion.mha': [100, 100, 100],
        'dicom/pydicom/MR_small_RLE.dcm': [1, 64, 64],
        'dicom/pydicom/JPEG-lossy.dcm': [1, 1024, 256],
        'dicom/pydicom/image_dfl.dcm': [1, 512, 512],
        'png/PngSuite/basi0g16.png': [32, 32, 1],
      },
      written: { nifti: [7, 7], nrrd: [7, 7], metaimage: [7, 7] },
      png: [0, 9],
      samples: 2,
      labels: [0, 1, 1],
      segments: 1,
      regions: [1],
      path: expect.stringMatching(/paths need the file system of Node/),
    });
  });
});

/** Runs the bundle without the globals of Node; prints what it found as JSON. */
function program(fixtures: string): string {
  return `
import { readFileSync } from 'node:fs';
const read = (path) => new Uint8Array(readFileSync(${JSON.stringify(fixtures)} + path));
const volumes = [
  'nifti/sct/t2s_gmseg_manual.nii.gz', 'nrrd/pynrrd/BallBinary30x30x30_bz2.nrrd',
  'metaimage/LesionSizingToolkit/SphereLesion.mha', 'dicom/pydicom/MR_small_RLE.dcm',
  'dicom/pydicom/JPEG-lossy.dcm', 'dicom/pydicom/image_dfl.dcm',
].map((path) => [path, read(path)]);
const png = ['png/PngSuite/basi0g16.png', read('png/PngSuite/basi0g16.png')];
const series = [0, 1, 2].map((i) => read('dicom/rt-utils/oriented_data/' + i + '.dcm'));
const print = console.log;
for (const name of ['process', 'Buffer', 'setImmediate', 'clearImmediate', 'require', 'global']) {
  delete globalThis[name];
}
const io = await import('./index.mjs');
const shapes = {};
for (const [path, bytes] of volumes) shapes[path] = (await io.readVolume(bytes)).voxels.shape;
shapes[png[0]] = (await io.decodeImage(png[1])).pixels.shape;
const like = await io.readDicomSeries(series);
const ones = io.likeVolume(like, io.labelsOf(like, { threshold: 1e9 }).voxels);
const one = io.likeVolume(like, io.labelsOf(like, { threshold: 1e9 }).voxels);
one.voxels.set(1, 2, 3, 1);
const mask = io.labelsOf(io.crop(like, { start: [0, 0, 0], shape: [2, 1, 3] }), { threshold: -1e9 });
const written = {};
for (const format of ['nifti', 'nrrd', 'metaimage']) {
  mask.voxels.set(1, 0, 2, 7);
  written[format] = [];
  for (const gzip of [false, true]) {
    const again = await io.decodeVolume(await io.encodeVolume(mask, { format, gzip }));
    written[format].push(again.voxels.get(1, 0, 2));
  }
}
mask.voxels.set(0, 0, 1, 9);
mask.voxels.set(0, 0, 0, 0);
const image = mask.voxels.pick(0, null, null);
const { pixels } = await io.decodeImage(await io.encodeImage(image));
print(JSON.stringify({
  globals: [typeof process, typeof Buffer, typeof setImmediate, typeof require],
  shapes,
  written,
  png: [pixels.get(0, 0, 0), pixels.get(0, 1, 0)],
  samples: [...io.slices25d(mask, { label: mask })].length,
  labels: [...io.labelsOf(mask, 'nonzero').voxels.data.subarray(0, 3)],
  segments: (await io.readDicomSegments(
    await io.encodeDicomSegments([{ label: 'lesion', volume: ones }], { like }), { like })).length,
  regions: (await io.readRtStruct(
    await io.encodeRtStruct([{ name: 'lesion', volume: one }], { like }), { like }))
    .map(({ contours }) => contours.CLOSED_PLANAR),
  path: await io.readVolume('a.nii').catch((error) => error.message),
}));
`;
}
