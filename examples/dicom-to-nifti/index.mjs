// Converts a DICOM series, and what was segmented in it, to NIfTI; see README.md.
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import {
  orientationOf,
  readDicomSegments,
  readDicomSeries,
  readRtStruct,
  writeVolume,
} from '@sts-net/volume-io';

const { values: options, positionals } = parseArgs({
  allowPositionals: true,
  options: {
    series: { type: 'string' },
    tilt: { type: 'boolean' },
    contours: { type: 'string' },
    segments: { type: 'string' },
  },
});

try {
  const [folder, output] = positionals;
  if (folder === undefined || output === undefined) {
    throw new Error(
      'usage: node index.mjs SERIES OUTPUT [--series UID] [--tilt] [--contours RTSTRUCT] [--segments SEG]',
    );
  }
  const { series, tilt } = options;
  const image = await readDicomSeries(folder, { series, tilt });
  await mkdir(output, { recursive: true });
  await writeVolume(join(output, 'image.nii.gz'), image);
  const { modality, seriesDescription } = image.header;
  console.log(`image.nii.gz: ${modality} "${seriesDescription}", ${gridOf(image)}`);

  if (options.contours !== undefined) {
    for (const { number, name, volume } of await readRtStruct(options.contours, { like: image })) {
      await writeMask(output, `roi-${number}`, name, volume);
    }
  }
  if (options.segments !== undefined) {
    const segments = await readDicomSegments(options.segments, { like: image });
    for (const { number, label, volume } of segments) {
      await writeMask(output, `segment-${number}`, label, volume);
    }
  }
} catch (error) {
  console.error(error.message);
  process.exitCode = 1;
}

function gridOf(volume) {
  const [slices, rows, columns] = volume.voxels.shape;
  const spacing = volume.spacing.map((step) => step.toFixed(2)).join(' × ');
  return `${slices} slices of ${rows} × ${columns}, ${spacing} mm, ${orientationOf(volume)}`;
}

async function writeMask(output, prefix, label, volume) {
  const file = `${prefix}-${label.replace(/[^\p{L}\p{N}._-]+/gu, '-')}.nii.gz`;
  await writeVolume(join(output, file), volume);
  const voxels = volume.voxels.data.reduce((count, value) => count + (value === 0 ? 0 : 1), 0);
  const millilitres = (voxels * volume.spacing.reduce((product, step) => product * step, 1)) / 1000;
  console.log(`${file}: "${label}", ${voxels} voxels, ${millilitres.toFixed(2)} ml`);
}
