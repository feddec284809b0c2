import { mkdtempSync, readdirSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { readDicomSegments, readDicomSeries, readVolume } from '@sts-net/volume-io';
import { expect, test, vi } from 'vitest';

const dicom = (path: string) =>
  fileURLToPath(new URL(`../../../packages/volume-io/test/fixtures/${path}`, import.meta.url));

/** Runs the example as `node index.mjs …args` does; returns the lines that it prints. */
async function run(...args: string[]): Promise<string[]> {
  const lines: string[] = [];
  vi.spyOn(console, 'log').mockImplementation((line) => lines.push(line));
  vi.spyOn(console, 'error').mockImplementation((line) => lines.push(line));
  const { argv } = process;
  process.argv = [argv[0]!, 'index.mjs', ...args];
  try {
    vi.resetModules();
    await import('../index.mjs' as string);
  } finally {
    process.argv = argv;
    vi.restoreAllMocks();
  }
  return lines;
}

test('a series with a segmentation gives the same voxels as NIfTI', async () => {
  const output = mkdtempSync(join(tmpdir(), 'nifti-'));
  const series = dicom('conformance/dicom/dcmqi/23x38x3/image');
  const segmentation = dicom('conformance/dicom/dcmqi/23x38x3/seg/label.seg');
  const lines = await run(series, output, '--segments', segmentation);
  const like = await readDicomSeries(series);
  const [segment] = await readDicomSegments(segmentation, { like });
  expect(lines).toEqual([
    expect.stringMatching(/^image\.nii\.gz: .*3 slices of 38 × 23, /),
    expect.stringMatching(/^segment-1-Liver\.nii\.gz: "Liver", 322 voxels, /),
  ]);
  for (const [name, volume] of [
    ['image.nii.gz', like],
    ['segment-1-Liver.nii.gz', segment!.volume],
  ] as const) {
    const { voxels, affine } = await readVolume(join(output, name));
    expect(voxels.data).toEqual(volume.voxels.data);
    expect(affine).toBeAllclose(volume.affine, { atol: 1e-4 });
  }
});

test('contours become masks that are named after them', async () => {
  const output = mkdtempSync(join(tmpdir(), 'nifti-'));
  const series = dicom('conformance/dicom/rt-utils/oriented_data');
  const lines = await run(series, output, '--contours', dicom('rt/polygons.dcm'));
  expect(readdirSync(output).sort()).toEqual([
    'image.nii.gz',
    'roi-1-star.nii.gz',
    'roi-2-beyond-the-edges.nii.gz',
    'roi-3-holes.nii.gz',
    'roi-4-keyhole.nii.gz',
    'roi-5-between-slices.nii.gz',
  ]);
  expect(lines).toHaveLength(6);
});

test('what cannot be read is one line', async () => {
  expect(await run()).toEqual([expect.stringMatching(/^usage: node index\.mjs/)]);
  expect(await run(`${tmpdir()}/nowhere`, 'out')).toEqual([
    expect.stringMatching(/cannot read .*nowhere.*no such file or folder/),
  ]);
  process.exitCode = 0;
});
