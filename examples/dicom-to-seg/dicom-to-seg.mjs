// Finds lesions in a DICOM series and writes a DICOM SEG: node dicom-to-seg.mjs SERIES RUN OUTPUT.dcm
import { pathToFileURL } from 'node:url';
import { readDicomSeries, writeDicomSegments } from '@sts-net/volume-io';
import { loadModel, predictorOf, predictVolume, useBackend } from 'sts-net';

/** @returns how many voxels were found */
export async function segment(series, run, output, backend) {
  await useBackend(backend);
  const image = await readDicomSeries(series);
  const { model, preprocessing } = await loadModel(run);
  const prediction = await predictVolume(predictorOf(model), image, { preprocessing });
  const volume = prediction.labels({ minimumVolume: 0 });
  model.dispose();
  const segment = {
    label: 'Lesion',
    volume,
    algorithmType: 'AUTOMATIC',
    algorithm: { name: 'STS-Net', version: '1' },
  };
  await writeDicomSegments(output, [segment], { like: image });
  return volume.voxels.data.reduce((count, label) => count + label, 0);
}

if (import.meta.url === pathToFileURL(process.argv[1] ?? '').href) {
  const [series, run, output] = process.argv.slice(2);
  console.log(`${output}: ${await segment(series, run, output)} voxels`);
}
